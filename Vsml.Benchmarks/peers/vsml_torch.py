"""One dense VSML layer learning online, in PyTorch on one thread, timed as a peer of the emitted kernels.

Three forms of the same network:
  eager     as the published JAX code writes it: every sub-RNN concatenates its messages with its state and multiplies by the
            whole matrix; each micro tick makes its messages, reduced by a mean
  script    the same through torch.jit.script
  factored  with the algebra of the emitted kernels: messages are projected once per input and once per output, and the
            messengers come after the mean

Prints one JSON object. With --check FILE it runs a golden trace of the default options instead and compares.
"""

import argparse
import json
import struct
import sys
import time
from typing import Tuple

import torch
from torch import Tensor


def dense(fwd: Tensor, bwd: Tensor, h: Tensor, c: Tensor, w: Tensor, b: Tensor, wf: Tensor, bf: Tensor, wb: Tensor,
          bb: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    """One micro tick of all sub-RNNs: fwd [A, M], bwd [B, M], h and c [A, B, N]."""
    a, o = h.shape[0], h.shape[1]
    x = torch.cat([fwd.unsqueeze(1).expand(a, o, fwd.shape[1]), bwd.unsqueeze(0).expand(a, o, bwd.shape[1]), h], dim=2)
    i, g, f, out = torch.chunk(torch.matmul(x, w) + b, 4, dim=2)
    c = torch.sigmoid(f + 5.0) * c + torch.sigmoid(i - 5.0) * torch.tanh(g)
    h = torch.sigmoid(out) * torch.tanh(c)
    return (torch.matmul(h, wf) + bf).mean(0), (torch.matmul(h, wb) + bb).mean(1), h, c


def factored(fwd: Tensor, bwd: Tensor, h: Tensor, c: Tensor, w: Tensor, b: Tensor, ticks: int) -> Tuple[Tensor, Tensor]:
    """All micro ticks of a layer's turn; messages are projected once."""
    m = fwd.shape[1]
    a, o, n = h.shape[0], h.shape[1], h.shape[2]
    incoming = (torch.matmul(fwd, w[:m]).unsqueeze(1) + (torch.matmul(bwd, w[m:2 * m]) + b).unsqueeze(0)).reshape(a * o, 4 * n)
    for _ in range(ticks):
        i, g, f, out = torch.chunk(torch.addmm(incoming, h.reshape(a * o, n), w[2 * m:]).reshape(a, o, 4 * n), 4, dim=2)
        c = torch.sigmoid(f + 5.0) * c + torch.sigmoid(i - 5.0) * torch.tanh(g)
        h = torch.sigmoid(out) * torch.tanh(c)
    return h, c


class Learner:
    """A one-layer network with its state; step() predicts, then learns."""

    def __init__(self, form, theta, cell, ticks, bound=100.0):
        self.form, self.theta, self.ticks, self.bound = form, theta, ticks, bound
        self.c, self.h = cell.clone(), torch.zeros_like(cell)
        self.messages = theta[2].shape[1]
        self.bwd = torch.zeros(cell.shape[1], self.messages)
        self.micro_tick = torch.jit.script(dense) if form == "script" else dense
        self.turn = factored

    def step(self, x, label):
        w, b, wf, bf, wb, bb = self.theta
        fwd = torch.zeros(x.shape[0], self.messages)
        fwd[:, 0] = x
        if self.form == "factored":
            self.h, self.c = self.turn(fwd, self.bwd, self.h, self.c, w, b, self.ticks)
            output = (torch.matmul(self.h.mean(0), wf) + bf)[:, 1]
        else:
            for _ in range(self.ticks):
                out_fwd, _, self.h, self.c = self.micro_tick(fwd, self.bwd, self.h, self.c, w, b, wf, bf, wb, bb)
            output = out_fwd[:, 1]
        output = torch.tanh(output / self.bound) * self.bound
        self.bwd = torch.zeros_like(self.bwd)
        self.bwd[:, 0] = torch.softmax(output, 0) - label
        return output


def random_network(arguments):
    generator = torch.Generator().manual_seed(1)
    n, m = arguments.state, arguments.messages

    def weights(rows, columns):
        return torch.empty(rows, columns).normal_(generator=generator).clamp_(-2, 2) / rows ** 0.5

    theta = [weights(2 * m + n, 4 * n), torch.zeros(4 * n), weights(n, m), torch.zeros(m), weights(n, m), torch.zeros(m)]
    cell = torch.zeros(arguments.inputs, arguments.outputs, n)
    cell[:, :, :n // 2].normal_(generator=generator).clamp_(-2, 2).div_(arguments.inputs ** 0.5)
    inputs = torch.empty(32, arguments.inputs).normal_(generator=generator)
    labels = torch.eye(arguments.outputs)[torch.randint(arguments.outputs, (32,), generator=generator)]
    return theta, cell, inputs, labels


def compare_forms(theta, cell, inputs, labels, ticks):
    """A peer that computes something else is no peer: all forms must agree before any is timed."""
    learners = [Learner(form, theta, cell, ticks) for form in ("eager", "script", "factored")]
    for x, label in zip(inputs[:10], labels[:10]):
        first, *others = [learner.step(x, label) for learner in learners]
        for other in others:
            if not torch.allclose(first, other, rtol=1e-3, atol=1e-4):
                sys.exit("The forms of the network disagree.")


def examples_per_second(learner, inputs, labels, seconds, repetitions):
    def run(limit):
        start, count = time.perf_counter(), 0
        while True:
            learner.step(inputs[count % len(inputs)], labels[count % len(labels)])
            count += 1
            elapsed = time.perf_counter() - start
            if elapsed >= limit:
                return count / elapsed

    run(seconds)
    rates = sorted(run(seconds) for _ in range(repetitions))
    return rates[round(0.9 * (len(rates) - 1))]


def has_tuned_blas():
    """Whether matrix products go to a tuned library: a distribution's plain BLAS is ten times slower."""
    names = ("openblas", "mkl", "blis", "atlas", "accelerate")
    try:
        with open("/proc/self/maps") as maps:
            loaded = maps.read().lower()
    except OSError:
        loaded = torch.__config__.show().lower()
    return any(name in loaded for name in names)


def product_gflops(theta, cell):
    """The speed of the product of state and weights alone."""
    h = cell.reshape(-1, cell.shape[2])
    w = theta[0][-h.shape[1]:].contiguous()

    def seconds():
        start = time.perf_counter()
        torch.matmul(h, w)
        return time.perf_counter() - start

    return 2 * h.shape[0] * w.numel() / min(seconds() for _ in range(50)) / 1e9


def read_safetensors(path):
    import numpy
    types = {"F32": numpy.float32, "F64": numpy.float64}
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(length)), file.read()
    return {name: torch.from_numpy(numpy.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).astype(numpy.float32).reshape(entry["shape"]))
            for name, entry in header.items() if name != "__metadata__"}


def check(path, ticks):
    tensors = read_safetensors(path)
    theta = [tensors["theta/shared/" + name] for name in ("lstm/w", "lstm/b", "fwd/w", "fwd/b", "bwd/w", "bwd/b")]
    worst = {}
    for form in ("eager", "script", "factored"):
        learner = Learner(form, theta, tensors["cell/0"][0], ticks)
        logits = torch.stack([learner.step(x, label) for x, label in zip(tensors["inputs"][:, 0], tensors["labels"][:, 0])])
        worst[form] = float((logits - tensors["expect/logits"][:, 0]).abs().max())
    print(json.dumps({"library": "torch " + torch.__version__, "largestError": worst}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=784)
    parser.add_argument("--outputs", type=int, default=10)
    parser.add_argument("--state", type=int, default=16)
    parser.add_argument("--messages", type=int, default=8)
    parser.add_argument("--micro-ticks", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.5, help="length of a repetition")
    parser.add_argument("--repetitions", type=int, default=9, help="of which the best tenth count")
    parser.add_argument("--product", action="store_true", help="time the matrix product alone")
    parser.add_argument("--check", metavar="FILE", help="compare with a golden trace instead of timing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with torch.no_grad():
        if arguments.check:
            check(arguments.check, arguments.micro_ticks)
            return
        theta, cell, inputs, labels = random_network(arguments)
        figures = {"library": "torch " + torch.__version__, "productGflops": product_gflops(theta, cell), "tunedBlas": has_tuned_blas()}
        if arguments.product:
            print(json.dumps(figures))
            return
        compare_forms(theta, cell, inputs, labels, arguments.micro_ticks)
        figures["examplesPerSecond"] = {
            form: examples_per_second(Learner(form, theta, cell, arguments.micro_ticks), inputs, labels, arguments.seconds, arguments.repetitions)
            for form in ("eager", "script", "factored")}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
