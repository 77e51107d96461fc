"""Episodes of one dense VSML layer under many theta at once, on the machine's GPU if the library finds one: the peer of the device kernels.

  jax      jit, vmap over members, scan over examples; in the two forms of vsml_jax.py
  pytorch  batched: the algebra of the emitted kernels with a leading axis of members

Prints one JSON object. Members are split into as many parts as fit the memory.
"""

import argparse
import json
import sys
import time


def best(run, examples, repetitions):
    run()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return examples / sorted(times)[round(0.1 * (len(times) - 1))]


def fitting(run, members):
    """Calls run(members) with fewer and fewer members until memory holds them; returns how many did."""
    while True:
        try:
            run(members)
            return members
        except (RuntimeError, MemoryError) as error:
            text = str(error).lower()
            if members == 1 or not ("memory" in text or "resource_exhausted" in text):
                raise
            members = max(1, members // 2)


def with_jax(arguments):
    import jax
    import jax.numpy as jnp
    import vsml_jax

    n, m = arguments.state, arguments.messages

    def data(members):
        keys = iter(jax.random.split(jax.random.PRNGKey(1), 8))

        def weights(rows, columns):
            return jax.random.truncated_normal(next(keys), -2.0, 2.0, (members, rows, columns)) / rows ** 0.5

        zeros = lambda size: jnp.zeros((members, size))
        theta = (weights(2 * m + n, 4 * n), zeros(4 * n), weights(n, m), zeros(m), weights(n, m), zeros(m))
        shape = (members, arguments.inputs, arguments.outputs, n)
        cells = jax.random.truncated_normal(next(keys), -2.0, 2.0, shape) / arguments.inputs ** 0.5
        state = (jnp.zeros(shape), cells, jnp.zeros((members, arguments.outputs, m)))
        inputs = jax.random.normal(next(keys), (members, arguments.length, arguments.inputs))
        labels = jax.nn.one_hot(jax.random.randint(next(keys), (members, arguments.length), 0, arguments.outputs), arguments.outputs)
        return theta, state, inputs, labels

    forms = {form: jax.jit(jax.vmap(vsml_jax.episode(form, arguments.micro_ticks, m))) for form in ("jit", "factored")}
    few = data(min(2, arguments.members))
    first, second = [run(*few)[1] for run in forms.values()]
    if not jnp.allclose(first, second, rtol=1e-2, atol=1e-3):
        sys.exit("The forms of the network disagree.")
    rates = {}
    for form, run in forms.items():
        members = fitting(lambda count: jax.block_until_ready(run(*data(count))), arguments.members)
        given = data(members)
        rates[form] = best(lambda: jax.block_until_ready(run(*given)), members * arguments.length, arguments.repetitions)
    return "jax " + jax.__version__ + " on " + str(jax.devices()[0]), rates


def with_torch(arguments):
    import torch
    import vsml_torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    n, m, ticks = arguments.state, arguments.messages, arguments.micro_ticks
    a, o = arguments.inputs, arguments.outputs
    theta, cell, inputs, labels = vsml_torch.random_network(arguments)

    def episode(members, outputs=None):
        w, b, wf, bf, _, _ = [tensor.expand(members, *tensor.shape).contiguous().to(device) for tensor in theta]
        c = cell.reshape(a * o, n).expand(members, a * o, n).contiguous().to(device)
        h, bwd = torch.zeros_like(c), torch.zeros(members, o, m, device=device)
        for t in range(arguments.length):
            x, label = inputs[t % len(inputs)].to(device), labels[t % len(labels)].to(device)
            incoming = ((x[None, :, None] * w[:, :1])[:, :, None] + (bwd @ w[:, m:2 * m] + b[:, None])[:, None]).reshape(members, a * o, 4 * n)
            for _ in range(ticks):
                i, g, f, out = torch.chunk(torch.baddbmm(incoming, h, w[:, 2 * m:]), 4, dim=2)
                c = torch.sigmoid(f + 5.0) * c + torch.sigmoid(i - 5.0) * torch.tanh(g)
                h = torch.sigmoid(out) * torch.tanh(c)
            output = (h.reshape(members, a, o, n).mean(1) @ wf + bf[:, None])[:, :, 1]
            output = torch.tanh(output / 100.0) * 100.0
            bwd = torch.zeros_like(bwd)
            bwd[:, :, 0] = torch.softmax(output, 1) - label
            if outputs is not None:
                outputs.append(output[0].cpu())
        if device == "cuda":
            torch.cuda.synchronize()

    with torch.no_grad():
        learner, outputs = vsml_torch.Learner("factored", theta, cell, ticks), []
        episode(1, outputs)
        for t, output in enumerate(outputs):
            if not torch.allclose(output, learner.step(inputs[t % len(inputs)], labels[t % len(labels)]), rtol=1e-2, atol=1e-3):
                sys.exit("The forms of the network disagree.")
        members = fitting(episode, arguments.members)
        rate = best(lambda: episode(members), members * arguments.length, arguments.repetitions)
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU"
    return "pytorch " + torch.__version__ + " on " + name, {"batched": rate}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", dest="peer", choices=("jax", "pytorch"), required=True)
    parser.add_argument("--inputs", type=int, default=784)
    parser.add_argument("--outputs", type=int, default=10)
    parser.add_argument("--state", type=int, default=16)
    parser.add_argument("--messages", type=int, default=8)
    parser.add_argument("--micro-ticks", type=int, default=2)
    parser.add_argument("--members", type=int, default=2048)
    parser.add_argument("--length", type=int, default=10, help="examples of an episode")
    parser.add_argument("--repetitions", type=int, default=9, help="of which the best tenth count")
    arguments = parser.parse_args()
    library, rates = (with_jax if arguments.peer == "jax" else with_torch)(arguments)
    print(json.dumps({"library": library, "examplesPerSecond": rates}))


if __name__ == "__main__":
    main()
