#!/usr/bin/env python3
"""start.py OUT.safetensors: the theta from which `images` is meta-trained. Needs numpy.

Online SGD written into the recurrent dynamics by hand, one micro tick a sweep. The backward sweep keeps the product of the error
and tanh(x / 2) in a pair of cells; the next example's forward sweep adds it to the weight, so an example is felt by the second
prediction after it. The other units begin with small random weights and open input gates.
"""
import json
import struct
import sys

import numpy as np

N, M = 16, 8  # state and message size
GAIN, RATE, ETA, SLOPE, NOISE, OPEN = 100.0, 3 / 100.0, 0.2, 1.0, 0.1, 8.0
I, G, F, O = 0, N, 2 * N, 3 * N  # first column of each gate
X, E = 0, M  # rows of the forward message's and the backward message's first entry
WEIGHT, MESSAGE_PLUS, MESSAGE_MINUS, PRODUCT_PLUS, PRODUCT_MINUS, BIAS = range(6)
WRITTEN = 6

random = np.random.RandomState(0)


def h(unit):
    return 2 * M + unit


def blank():
    """A group whose written units forget everything except weight and bias, beside free units."""
    w, b = random.randn(2 * M + N, 4 * N) * NOISE, np.zeros(4 * N)
    forward, backward = random.randn(N, M) * NOISE, random.randn(N, M) * NOISE
    w[:, [gate * N + unit for gate in range(4) for unit in range(WRITTEN)]] = 0
    forward[:WRITTEN] = backward[:WRITTEN] = 0
    forward[:, :2] = 0
    b[O:O + WRITTEN], b[F:F + WRITTEN], b[I:I + WRITTEN] = OPEN, -OPEN - 5, -OPEN
    b[F + WEIGHT] = b[F + BIAS] = OPEN
    b[I + WRITTEN:I + N] = 3
    return w, b, forward, np.zeros(M), backward, np.zeros(M)


def forward_sweep():
    group = w, b, forward, *_ = blank()
    for unit, slope in ((MESSAGE_PLUS, SLOPE), (MESSAGE_MINUS, -SLOPE)):
        w[X, I + unit], b[I + unit], w[h(WEIGHT), G + unit] = slope, 5, 1
    b[I + WEIGHT] = OPEN + 5
    w[h(PRODUCT_PLUS), G + WEIGHT], w[h(PRODUCT_MINUS), G + WEIGHT] = -RATE / ETA * 2 / SLOPE, RATE / ETA * 2 / SLOPE
    for entry in (0, 1):
        forward[MESSAGE_PLUS, entry], forward[MESSAGE_MINUS, entry], forward[BIAS, entry] = GAIN * 2 / SLOPE, -GAIN * 2 / SLOPE, GAIN
    return group


def backward_sweep():
    group = w, b, *_ = blank()
    for unit, slope in ((PRODUCT_PLUS, SLOPE), (PRODUCT_MINUS, -SLOPE)):
        w[X, I + unit], b[I + unit], w[E, G + unit] = slope, 5, ETA
    b[I + BIAS], w[E, G + BIAS] = OPEN + 5, -RATE * 0.02
    return group


def main(path):
    head, data = {}, b""
    for name, group in (("shared", forward_sweep()), ("backward", backward_sweep())):
        for tensor, values in zip(("lstm/w", "lstm/b", "fwd/w", "fwd/b", "bwd/w", "bwd/b"), group):
            values = np.ascontiguousarray(values, "<f4")
            head[f"theta/{name}/{tensor}"] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
            data += values.tobytes()
    header = json.dumps(head).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + data)


if __name__ == "__main__":
    main(sys.argv[1])
