"""One dense VSML layer learning online, in JAX on one core, timed as a peer of the emitted kernels.

Two forms of the same network, each compiled as a scan over examples:
  jit       as the published code writes it: the sub-RNN of one weight, vectorised over outputs and inputs by vmap
  factored  with the algebra of the emitted kernels: messages are projected once per input and once per output, and the
            messengers come after the mean

Prints one JSON object. Keeps itself to one core where the system can do that.
"""

import argparse
import json
import os
import sys
import time

# Before JAX starts its threads. Another program that imports this one may use the whole machine.
if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp


def cell_step(z, c):
    i, g, f, o = jnp.split(z, 4, axis=-1)
    c = jax.nn.sigmoid(f + 5.0) * c + jax.nn.sigmoid(i - 5.0) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def sub_rnn(theta, fwd, bwd, h, c):
    w, b, wf, bf, wb, bb = theta
    h, c = cell_step(jnp.concatenate([fwd, bwd, h]) @ w + b, c)
    return h @ wf + bf, h @ wb + bb, h, c


def published(theta, fwd, bwd, h, c, ticks):
    over_outputs = jax.vmap(sub_rnn, in_axes=(None, None, 0, 0, 0))
    dense = jax.vmap(over_outputs, in_axes=(None, 0, None, 0, 0))
    for _ in range(ticks):
        out_fwd, _, h, c = dense(theta, fwd, bwd, h, c)
    return out_fwd.mean(0)[:, 1], h, c


def factored(theta, fwd, bwd, h, c, ticks):
    w, b, wf, bf, _, _ = theta
    m = fwd.shape[1]
    incoming = (fwd @ w[:m])[:, None] + (bwd @ w[m:2 * m] + b)[None]
    for _ in range(ticks):
        h, c = cell_step(incoming + h @ w[2 * m:], c)
    return (h.mean(0) @ wf + bf)[:, 1], h, c


def episode(form, ticks, messages, bound=100.0):
    turn = {"jit": published, "factored": factored}[form]

    @jax.jit
    def run(theta, state, inputs, labels):
        def step(state, example):
            x, label = example
            h, c, bwd = state
            fwd = jnp.zeros((x.shape[0], messages)).at[:, 0].set(x)
            output, h, c = turn(theta, fwd, bwd, h, c, ticks)
            output = jnp.tanh(output / bound) * bound
            bwd = jnp.zeros_like(bwd).at[:, 0].set(jax.nn.softmax(output) - label)
            return (h, c, bwd), output
        return jax.lax.scan(step, state, (inputs, labels))

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=784)
    parser.add_argument("--outputs", type=int, default=10)
    parser.add_argument("--state", type=int, default=16)
    parser.add_argument("--messages", type=int, default=8)
    parser.add_argument("--micro-ticks", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.5, help="length of a repetition")
    parser.add_argument("--repetitions", type=int, default=9, help="of which the best tenth count")
    arguments = parser.parse_args()
    n, m = arguments.state, arguments.messages
    keys = iter(jax.random.split(jax.random.PRNGKey(1), 8))

    def weights(rows, columns):
        return jax.random.truncated_normal(next(keys), -2.0, 2.0, (rows, columns)) / rows ** 0.5

    theta = (weights(2 * m + n, 4 * n), jnp.zeros(4 * n), weights(n, m), jnp.zeros(m), weights(n, m), jnp.zeros(m))
    shape = (arguments.inputs, arguments.outputs, n)
    half = jax.random.truncated_normal(next(keys), -2.0, 2.0, shape[:2] + (n // 2,)) / arguments.inputs ** 0.5
    initial = (jnp.zeros(shape), jnp.concatenate([half, jnp.zeros(shape[:2] + (n - n // 2,))], -1), jnp.zeros((arguments.outputs, m)))
    inputs = jax.random.normal(next(keys), (32, arguments.inputs))
    labels = jax.nn.one_hot(jax.random.randint(next(keys), (32,), 0, arguments.outputs), arguments.outputs)

    forms = {form: episode(form, arguments.micro_ticks, m) for form in ("jit", "factored")}
    # A peer that computes something else is no peer: both forms must agree before any is timed.
    first, second = [run(theta, initial, inputs, labels)[1] for run in forms.values()]
    if not jnp.allclose(first, second, rtol=1e-3, atol=1e-3):
        sys.exit("The forms of the network disagree.")

    def examples_per_second(run):
        def repetition():
            start, count, state = time.perf_counter(), 0, initial
            while True:
                state, _ = jax.block_until_ready(run(theta, state, inputs, labels))
                count += len(inputs)
                elapsed = time.perf_counter() - start
                if elapsed >= arguments.seconds:
                    return count / elapsed

        repetition()
        rates = sorted(repetition() for _ in range(arguments.repetitions))
        return rates[round(0.9 * (len(rates) - 1))]

    rates = {form: examples_per_second(run) for form, run in forms.items()}
    print(json.dumps({"library": "jax " + jax.__version__, "examplesPerSecond": rates}))


if __name__ == "__main__":
    main()
