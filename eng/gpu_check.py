"""See gpu-check.sh. Needs nothing but Python's own library."""

import argparse
import array
import glob
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "Vsml.Benchmarks")


def load(path):
    """Tensors of a safetensors file."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = array.array({"F32": "f", "F64": "d", "I64": "q"}[entry["dtype"]])
            tensors[name].frombytes(data[8 + length + begin:8 + length + end])
    return tensors


def vsml(*arguments, timeout=900):
    return subprocess.run([PROGRAM, "vsml", *arguments], capture_output=True, text=True, timeout=timeout)


def last_line(run):
    lines = (run.stderr or run.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit code {run.returncode}"


def distance(a, b):
    if a is None or len(a) != len(b):
        return math.inf
    return max((abs(x - y) if x == x and y == y else math.inf for x, y in zip(a, b)), default=0.0)


def error_of(golden, trace, gradient):
    """The largest error of a trace, as a share of what the golden traces allow."""
    grads = [x for name, values in golden.items() if name.startswith("expect/grad/") for x in values]
    worst = 0.0
    for name, values in golden.items():
        if not name.startswith("expect/") or name.startswith("expect/grad/") != gradient:
            continue
        scale = max((abs(x) for x in (grads if gradient else values)), default=0.0)
        allowed = 2e-4 * scale + 1e-12 if gradient else 1e-6 + 1e-5 * scale
        worst = max(worst, distance(trace.get(name[len("expect/"):]), values) / (allowed + 2e-7 * scale))
    return worst


def device_facts(device):
    try:
        print(subprocess.run(["nvidia-smi", "--query-gpu=name,memory.total,driver_version,compute_cap", "--format=csv"], capture_output=True, text=True).stdout.strip())
    except OSError:
        print("nvidia-smi is not installed")
    return True, "device", device, ""


def golden_traces(folder, device, only, gradient):
    good, faults, worst = 0, [], ("", 0.0)
    for architecture in sorted(glob.glob(os.path.join(folder, "*.json"))):
        name = os.path.basename(architecture)[:-len(".json")]
        if name.endswith(".arch") or only not in name:
            continue
        given = architecture[:-len(".json")] + ".safetensors"
        golden = load(given)
        if gradient and not any(tensor.startswith("expect/grad/") for tensor in golden):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            out = os.path.join(scratch, "trace.safetensors")
            run = vsml("trace", "--backend", "ilgpu", "--device", device, "--architecture", architecture, "--input", given, "--output", out, *(["--gradient"] if gradient else []))
            error = error_of(golden, load(out), gradient) if run.returncode == 0 else math.inf
        if error > 1:
            faults.append(f"{name}: {last_line(run) if run.returncode else f'{error:.2f} of its tolerance'}")
        else:
            good += 1
        if error > worst[1]:
            worst = (name, error)
    for fault in faults:
        print(fault)
    what = "golden gradients" if gradient else "golden traces"
    return good > 0 and not faults, what, f"{good} hold, {len(faults)} fall short" if good or faults else "none was found", f"worst {worst[0]} at {worst[1]:.2f} of its tolerance" if good else ""


RUN = {
    "model": {"stateSize": 8, "messageSize": 8, "labelFeedback": True, "layers": [{"type": "dense", "inputs": 16, "outputs": 4}]},
    "tasks": [{"weight": 1, "task": {"type": "random", "vectors": 16, "inputs": 16, "classes": 4}}],
    "stages": [{"iterations": 2, "episodeLength": 10, "inputs": 16, "classes": 4}],
    "learningRate": {"values": [0.025, 0.011]},
    "estimator": {"type": "es", "pairs": 8},
}


def parity(device):
    """Theta after two meta-iterations, on the device and by the compiled kernels."""
    what = "meta-iterations against the CPU"
    with tempfile.TemporaryDirectory() as scratch:
        config = os.path.join(scratch, "run.json")
        with open(config, "w") as file:
            json.dump(RUN, file)
        for name, options in (("cpu", []), ("device", ["--backend", "ilgpu", "--device", device])):
            run = vsml("train", "--config", config, "--out", os.path.join(scratch, name), "--seed", "1", *options)
            if run.returncode:
                return False, what, "failed", last_line(run)
        cpu, other = (load(os.path.join(scratch, name, "theta.safetensors")) for name in ("cpu", "device"))
    error = max(distance(other.get(name), values) for name, values in cpu.items())
    return error < 1e-4, what, "hold" if error < 1e-4 else "fall short", f"theta differs by {error:.2g} at most"


def benchmarks(full):
    with tempfile.TemporaryDirectory() as scratch:
        figures = os.path.join(scratch, "figures.json")
        run = subprocess.run([PROGRAM, "ilgpu", "--json", figures, *([] if full else ["--quick"])], capture_output=True, text=True)
        if run.returncode:
            return [(False, "benchmarks", "failed", last_line(run))]
        print(run.stdout)
        with open(figures) as file:
            rows = json.load(file)["results"]
    lines = []
    for row in rows:
        ratio = row.get("ratio")
        details = [f"{row['secondsPerIteration']:.2f} s a published iteration"] if "secondsPerIteration" in row else []
        details += [f"{100 * row['fractionOfPeak']:.0f} % of multiply-adds"] if "fractionOfPeak" in row else []
        details += [f"{100 * row['fractionOfCopy']:.0f} % of the copy rate"] if "fractionOfCopy" in row else []
        details += [f"{ratio['value']:.1f} times {ratio['to']}"] if ratio else []
        lines.append((True, row["case"], f"{row['examplesPerSecond']:,.0f} examples/s", ", ".join(details)))
    return lines


def main():
    parser = argparse.ArgumentParser(description="Everything that a GPU can show; see gpu-check.sh.")
    parser.add_argument("golden", help="folder of golden traces")
    parser.add_argument("--device", default="cuda", help="cuda, opencl, cpu or an index; default cuda")
    parser.add_argument("--only", default="", help="golden traces whose name holds this text")
    parser.add_argument("--full", action="store_true", help="benchmarks for figures to report, not for a look")
    arguments = parser.parse_args()
    if not os.path.exists(PROGRAM):
        sys.exit(f"gpu-check: {PROGRAM} is missing; make the folder with eng/publish-gpu-check.sh.")
    start = time.time()
    table = [device_facts(arguments.device)]
    for gradient in (False, True):
        table.append(golden_traces(arguments.golden, arguments.device, arguments.only, gradient))
    table.append(parity(arguments.device))
    table += benchmarks(arguments.full)
    widths = [max(len(row[column]) for row in table) for column in (1, 2)]
    for _, what, result, details in table:
        print(f"{what:<{widths[0]}}  {result:<{widths[1]}}  {details}".rstrip())
    print(f"{time.time() - start:.0f} s")
    if not all(holds for holds, *_ in table):
        sys.exit(1)


if __name__ == "__main__":
    main()
