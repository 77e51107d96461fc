#!/usr/bin/env python3
"""join.py FAST.safetensors OUT.safetensors: a slow learner and a fast one in one sub-RNN, from which `online` is trained on. Needs numpy.

Slow: online SGD written into the recurrent dynamics by hand, units 0 to 5, one micro tick a sweep. The backward sweep keeps the product
of the error and tanh(x / 2) in a pair of cells; the next example's forward sweep adds it to the weight, so an example is felt by the
second prediction after it. Fast: units 6 to 15 are a theta of N 10, meta-trained on short episodes. Their outputs are added up, so that
the slow part learns what the fast one leaves over.
"""
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import tensors

M, N, SLOW = 8, 16, 6  # message size, state size, units of the slow part
FAST = N - SLOW
GAIN, RATE, ETA, OPEN = 100.0, 3 / 100.0, 0.2, 8.0
SHARE_SLOW, SHARE_FAST = 0.3, 0.7  # of the output
I, G, F, O = range(4)  # gates
X, E, H = 0, M, 2 * M  # rows of the forward and the backward message's first entry, and of unit 0's h
WEIGHT, MESSAGE_PLUS, MESSAGE_MINUS, PRODUCT_PLUS, PRODUCT_MINUS, BIAS = range(SLOW)


def slow(is_backward):
    """Weights [rows, gates, units], biases [gates, units] and forward messages [units, M] of the written units: only weight and bias remember."""
    w, b, forward = np.zeros((2 * M + SLOW, 4, SLOW)), np.zeros((4, SLOW)), np.zeros((SLOW, M))
    b[O], b[F], b[I] = OPEN, -OPEN - 5, -OPEN
    b[F, WEIGHT] = b[F, BIAS] = OPEN
    if is_backward:
        for unit, sign in ((PRODUCT_PLUS, 1), (PRODUCT_MINUS, -1)):
            w[X, I, unit], b[I, unit], w[E, G, unit] = sign, 5, ETA
        b[I, BIAS], w[E, G, BIAS] = OPEN + 5, -RATE * 0.02
    else:
        for unit, sign in ((MESSAGE_PLUS, 1), (MESSAGE_MINUS, -1)):
            w[X, I, unit], b[I, unit], w[H + WEIGHT, G, unit] = sign, 5, 1
        b[I, WEIGHT] = OPEN + 5
        w[H + PRODUCT_PLUS, G, WEIGHT], w[H + PRODUCT_MINUS, G, WEIGHT] = -RATE / ETA * 2, RATE / ETA * 2
        for entry in (0, 1):
            forward[MESSAGE_PLUS, entry], forward[MESSAGE_MINUS, entry], forward[BIAS, entry] = GAIN * 2, -GAIN * 2, GAIN
    return w, b, forward


def join(fast, group):
    """The tensors of a group."""
    part = {name.rsplit("/", 2)[-2] + "/" + name[-1]: tensor for name, tensor in fast.items() if name.startswith(f"theta/{group}/")}
    w, b, forward = np.zeros((2 * M + N, 4, N)), np.zeros((4, N)), np.zeros((N, M))
    slow_w, slow_b, slow_forward = slow(group == "backward")
    w[:H + SLOW, :, :SLOW], b[:, :SLOW], forward[:SLOW] = slow_w, slow_b, slow_forward * SHARE_SLOW
    fast_w = part["lstm/w"].reshape(2 * M + FAST, 4, FAST)
    w[:H, :, SLOW:], w[H + SLOW:, :, SLOW:], b[:, SLOW:] = fast_w[:H], fast_w[H:], part["lstm/b"].reshape(4, FAST)
    forward[SLOW:] = part["fwd/w"] * SHARE_FAST
    backward = np.concatenate([np.zeros((SLOW, M)), part["bwd/w"]])
    return w.reshape(2 * M + N, 4 * N), b.reshape(-1), forward, part["fwd/b"] * SHARE_FAST, backward, part["bwd/b"]


def main(source, path):
    fast = tensors.read(source)
    names = ("lstm/w", "lstm/b", "fwd/w", "fwd/b", "bwd/w", "bwd/b")
    tensors.write(path, [(f"theta/{group}/{name}", values) for group in ("shared", "backward") for name, values in zip(names, join(fast, group))])


if __name__ == "__main__":
    main(*sys.argv[1:3])
