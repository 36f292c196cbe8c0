"""Reads a mzseek library as any h5py user would, and checks what the format promises.

usage: read_library.py LIB.h5 ENTRIES
Prints "ok" and the number of arrays, or stops with what does not hold.
"""

import sys

import h5py
import numpy as np

ELEMENTS = {"u8": "|u1", "i8": "|i1", "u32": "<u4", "u64": "<u8", "f32": "<f4", "f64": "<f8"}
TEXTS = "id name formula adduct inchikey smiles peptide collision_energy instrument".split()


def expect(holds, what):
    if not holds:
        sys.exit(f"does not hold: {what}")


def check_attributes(library):
    text = {name: value.decode() for name, value in library.attrs.items() if isinstance(value, bytes)}
    expect(text["format"] == "mzseek-library", "attribute format")
    expect(library.attrs["format_version"] == 5, "attribute format_version")
    expect("[preparation]" in text["settings"], "attribute settings is TOML")
    for name in ("fingerprint", "checksum"):
        expect(len(text[name]) == 64, f"attribute {name} is a BLAKE3 in hexadecimal")
    return text


def check_contents(library):
    """The table of contents lists every dataset but itself, as it is."""
    found = {}
    library.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
    table = bytes(found.pop("checksums/contents")[:]).decode()
    listed = {}
    for line in table.splitlines():
        checksum, element, length, name = line.split("  ")
        expect(len(checksum) == 64, f"checksum of {name}")
        listed[name] = (element, int(length))
    expect(listed.keys() == found.keys(), f"listed and found differ in {listed.keys() ^ found.keys()}")
    for name, (element, length) in listed.items():
        dataset = found[name]
        expect(dataset.dtype == np.dtype(ELEMENTS[element]), f"{name} is {element}, not {dataset.dtype}")
        expect(dataset.shape == (length,), f"{name} has {length} numbers, not {dataset.shape}")
        expect(dataset.chunks is None and not dataset.compression, f"{name} is contiguous and plain")
        if length:
            check_place(library.filename, name, dataset)
    return found


def check_place(path, name, dataset):
    """The bytes lie where HDF5 says, and large arrays on a page."""
    start, size = dataset.id.get_offset(), dataset.id.get_storage_size()
    with open(path, "rb") as file:
        file.seek(start)
        expect(file.read(size) == dataset[:].tobytes(), f"{name} can be mapped at {start}")
    expect(size < 4096 or start % 4096 == 0, f"{name} starts on a page")


def check_offsets(name, offsets, length, groups):
    offsets = offsets[:]
    expect(len(offsets) == groups + 1, f"{name}: one more offset than groups")
    expect(offsets[0] == 0 and offsets[-1] == length, f"{name}: from 0 to the end")
    expect(bool(np.all(np.diff(offsets.astype(np.int64)) >= 0)), f"{name}: never falling")


def check_entries(library, n):
    entries = library["entries"]
    for column in ("precursor_mz", "charge", "polarity"):
        expect(entries[column].shape == (n,), f"{column} has a row per entry")
    for column in TEXTS:
        offsets, blob = entries[column]["offsets"], bytes(entries[column]["utf8"][:])
        check_offsets(column, offsets, len(blob), n)
        texts = [blob[a:b].decode("utf-8") for a, b in zip(offsets[:-1], offsets[1:])]
        if column == "name":
            expect(texts[0] == "molecule 0", f"first name is {texts[0]!r}")
    order = library["precursor/mz"][:]
    expect(bool(np.all(np.diff(order) >= 0)), "precursor order ascends")
    expect(bool(np.all(entries["precursor_mz"][:][library["precursor/rows"][:]] == order)), "order names rows")


def main(path, n):
    with h5py.File(path, "r") as library:
        check_attributes(library)
        found = check_contents(library)
        check_entries(library, n)
        check_offsets("peaks", library["peaks/offsets"], len(library["peaks/mz"]), n)
        clusters = library["clusters"]
        check_offsets("clusters", clusters["offsets"], n, len(clusters["medoid"]))
        print("ok", len(found))


main(sys.argv[1], int(sys.argv[2]))
