"""Safetensors files of floats, for the scripts that put thetas together. Needs numpy."""
import json
import struct

import numpy as np


def read(path):
    """The tensors of a file, by name."""
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, tensor in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in tensor["data_offsets"])
            tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(tensor["shape"]).astype(float)
    return tensors


def write(path, tensors, metadata=None):
    """Writes names and tensors in this order."""
    head, data = {}, b""
    for name, values in tensors:
        values = np.ascontiguousarray(values, "<f4")
        head[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    if metadata:
        head["__metadata__"] = metadata
    header = json.dumps(head).encode()
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + data)
