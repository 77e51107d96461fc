"""Parameters of the published VSML code (github.com/louiskirsch/vsml-neurips2021): from its checkpoints to .npz and back.

    python params_npz.py model.chkp params.npz
    python params_npz.py params.npz model.chkp

Needs numpy alone. A checkpoint is a pickle of Haiku's mappings and JAX's arrays; both are read as what they are made of, so neither library
is needed, and nothing that the pickle names is run.
"""
import pickle
import sys

import numpy as np

# What numpy's own arrays are pickled with.
NUMPY = {"_reconstruct", "ndarray", "dtype", "scalar"}


class Opaque:
    """Stands for an object of a library: keeps what it was made of."""

    def __new__(cls, *parts):
        made = object.__new__(cls)
        made.parts = list(parts)
        return made

    def __setstate__(self, state):
        self.parts.append(state)


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if module.split(".")[0] == "numpy" and name in NUMPY:
            return super().find_class(module.replace("numpy._core", "numpy.core") if np.__version__ < "2" else module, name)
        return type(name, (Opaque,), {})


def plain(value):
    """Mappings as dictionaries, arrays of JAX as arrays of numpy."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if not isinstance(value, Opaque):
        return value
    if len(value.parts) >= 3 and getattr(value.parts[0], "__name__", "") == "_reconstruct":
        array = value.parts[0](*value.parts[1])
        array.__setstate__(value.parts[2])
        return array
    return next((plain(part) for part in value.parts if isinstance(part, (dict, Opaque))), value)


def to_npz(checkpoint, npz):
    with open(checkpoint, "rb") as file:
        params = plain(Reader(file).load()["params"])
    np.savez(npz, **{f"{module}/{name}": np.asarray(array) for module, arrays in params.items() for name, array in arrays.items()})


def to_checkpoint(npz, checkpoint):
    params = {}
    with np.load(npz, allow_pickle=False) as arrays:
        for path in arrays.files:
            module, name = path.rsplit("/", 1)
            params.setdefault(module, {})[name] = arrays[path]
    with open(checkpoint, "wb") as file:
        pickle.dump({"params": params, "opt_state": None}, file, protocol=4)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = sys.argv[1:]
    if target.endswith(".npz"):
        to_npz(source, target)
    else:
        to_checkpoint(source, target)
