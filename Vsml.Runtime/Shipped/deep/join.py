#!/usr/bin/env python3
"""join.py ONE_LAYER.safetensors OUT.safetensors: `deep`, a hidden layer written by hand under an output layer that was meta-trained. Needs numpy.

Output layer: a theta of one layer, N 16, and two units more that send the error back through the weight: what the units of the written
weight hold, times the error, goes to entry 0 of the backward message. Hidden layer: online backpropagation written by hand, one micro tick
a sweep (docs/backpropagation.md). Its weights begin at random and are small changes away from random features for the first examples.
"""
import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import tensors

M, N, TRAINED, HIDDEN = 8, 18, 16, 256  # message size, state size, units of the one-layer theta, hidden units
GAIN, RATE, SEND, DEVIATION, OPEN = 3.0, 0.05, 4.0, 0.5, 8.0  # of the weight in the message, of learning, of the error sent; of initial weights
FREE_NOISE, FREE_INPUT_GATE = 0.1, 3.0  # of units that are not written: no influence on the others at first
I, G, F, O = range(4)  # gates
X, E, H = 0, M, 2 * M  # rows of the forward and the backward message's first entry, and of unit 0's h
WEIGHT, MESSAGE_PLUS, MESSAGE_MINUS, PRODUCT_PLUS, PRODUCT_MINUS, BIAS = range(6)
WRITTEN = 6
ERROR_PLUS, ERROR_MINUS = TRAINED, TRAINED + 1


def output_layer(one, group):
    """Tensors of the output layer: those of the one-layer theta, wider by the two units that send."""
    w, b, forward, backward = np.zeros((2 * M + N, 4, N)), np.zeros((4, N)), np.zeros((N, M)), np.zeros((N, M))
    w[:H + TRAINED, :, :TRAINED] = one[f"theta/{group}/lstm/w"].reshape(H + TRAINED, 4, TRAINED)
    b[:, :TRAINED] = one[f"theta/{group}/lstm/b"].reshape(4, TRAINED)
    forward[:TRAINED] = one[f"theta/{group}/fwd/w"]
    b[O, TRAINED:], b[F, TRAINED:], b[I, TRAINED:] = OPEN, -OPEN - 5, -OPEN
    if group == "backward":
        for unit, sign in ((ERROR_PLUS, 1), (ERROR_MINUS, -1)):
            w[E, I, unit], b[I, unit] = sign, 5
            w[H + MESSAGE_PLUS, G, unit] = w[H + MESSAGE_MINUS, G, unit] = 1
            backward[unit, 0] = sign * SEND
    return w, b, forward, one[f"theta/{group}/fwd/b"], backward


def hidden_layer(is_backward, random):
    """Tensors of the hidden layer."""
    w, b = random.randn(2 * M + N, 4, N) * FREE_NOISE, np.zeros((4, N))
    random.randn(2, N, M)
    forward, backward = np.zeros((N, M)), np.zeros((N, M))
    w[:, :, :WRITTEN] = 0
    b[O, :WRITTEN], b[F, :WRITTEN], b[I, :WRITTEN] = OPEN, -OPEN - 5, -OPEN
    b[F, WEIGHT] = b[F, BIAS] = OPEN
    b[I, WRITTEN:] = FREE_INPUT_GATE
    if is_backward:
        for unit, sign in ((PRODUCT_PLUS, 1), (PRODUCT_MINUS, -1)):
            w[X, I, unit], b[I, unit], w[E, G, unit] = sign, 5, 1
        b[I, BIAS], w[E, G, BIAS] = OPEN + 5, -RATE * 0.02
    else:
        for unit, sign in ((MESSAGE_PLUS, 1), (MESSAGE_MINUS, -1)):
            w[X, I, unit], b[I, unit], w[H + WEIGHT, G, unit] = sign, 5, 1
        b[I, WEIGHT] = OPEN + 5
        w[H + PRODUCT_PLUS, G, WEIGHT], w[H + PRODUCT_MINUS, G, WEIGHT] = -RATE * 2, RATE * 2
        forward[MESSAGE_PLUS, 0], forward[MESSAGE_MINUS, 0], forward[BIAS, 0] = GAIN * 2, -GAIN * 2, GAIN
    return w, b, forward, np.zeros(M), backward


def architecture():
    """Of the file; any sizes can be given."""
    return {
        "stateSize": N, "messageSize": M,
        "layers": [{"type": "dense", "inputs": 64, "outputs": HIDDEN}, {"type": "dense", "outputs": 10}],
        "schedule": {"microTicks": 1, "backwardSweep": "separate"},
        "layerwiseParameters": True, "labelFeedback": True, "messageScale": "root",
        # Of each hidden state only the first cell, the weight, is random.
        "initialRandomFraction": 1.0001 / N, "initialCellScale": [DEVIATION, 0],
    }


def named(group, w, b, forward, forward_bias, backward):
    """Names and tensors of a group."""
    return zip((f"theta/{group}/{name}" for name in ("lstm/w", "lstm/b", "fwd/w", "fwd/b", "bwd/w", "bwd/b")), (w.reshape(2 * M + N, 4 * N), b.reshape(-1), forward, forward_bias, backward, np.zeros(M)))


def main(source, path):
    one, random = tensors.read(source), np.random.RandomState(0)
    tensors.write(path, [
        *named("layer0", *hidden_layer(False, random)), *named("layer1", *output_layer(one, "shared")),
        *named("backward0", *hidden_layer(True, random)), *named("backward1", *output_layer(one, "backward")),
    ], {"architecture": json.dumps(architecture())})


if __name__ == "__main__":
    main(*sys.argv[1:3])
