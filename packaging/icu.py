"""The data of Foundation's ICU without the languages: what stays serves the root locale and English.

Assay prints no date, sorts by no language and converts by iconv: of 34 MB it never reads more than the properties of
characters. ICU answers for a language that is not there as for the root locale. What stays is linked in the place of the
whole. Prints the name of the data.
"""

import argparse
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

# Locales but for English, in any of ICU's folders.
LANGUAGE = re.compile(r"^(?!en(_US)?\.)[a-z]{2,3}(_[A-Za-z0-9_]+)?\.(res|brk)$")


def is_kept(name):
    _, *folder, file = name.split("/")
    # Tables of converters, dictionaries of scripts without blanks, and transliterations.
    return not (file.endswith((".cnv", ".dict")) or folder == ["translit"] or LANGUAGE.match(file))


def trimmed(data):
    """A package of common data with the entries that are kept: a header, a table of contents, and entries by name."""
    header, = struct.unpack_from("<H", data, 0)
    if data[2:4] != b"\xda\x27" or data[12:16] != b"CmnD":
        sys.exit("error: ICU's data has another form than the one that this script knows")
    count, = struct.unpack_from("<I", data, header)
    places = [struct.unpack_from("<II", data, header + 4 + 8 * entry) for entry in range(count)]
    ends = [place for _, place in places[1:]] + [len(data) - header]
    entries = []
    for (name, start), end in zip(places, ends):
        name = data[header + name : data.index(b"\0", header + name)]
        if is_kept(name.decode()):
            entries.append((name, data[header + start : header + end]))
    names = b"".join(name + b"\0" for name, _ in entries)
    first = 4 + 8 * len(entries)
    # Entries begin at multiples of 16.
    at = -(-(first + len(names)) // 16) * 16
    table, bodies, name_at = struct.pack("<I", len(entries)), [], first
    body_at = at
    for name, body in entries:
        table += struct.pack("<II", name_at, body_at)
        name_at += len(name) + 1
        padded = body + bytes(-len(body) % 16)
        bodies.append(padded)
        body_at += len(padded)
    return data[:header] + (table + names).ljust(at, b"\0") + b"".join(bodies)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=pathlib.Path, required=True, help="lib_FoundationICU.a of Swift's static libraries")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the object file")
    arguments = parser.parse_args()

    def run(*command, cwd=None):
        return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, cwd=cwd).stdout

    symbols = run("nm", "-A", "--defined-only", arguments.library)
    found = re.search(r":([^:\s]+\.o):\S* [RrDd] (icudt\d+_dat)$", symbols, re.M)
    if found is None:
        sys.exit(f"error: {arguments.library}: holds no data of ICU")
    member, symbol = found.groups()
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        run("ar", "x", arguments.library.resolve(), member, cwd=place)
        run("objcopy", "-O", "binary", "--only-section=.rodata*", member, "all.dat", cwd=place)
        data = (place / "all.dat").read_bytes()
        small = trimmed(data)
        (place / "small.dat").write_bytes(small)
        (place / "data.s").write_text(
            # The linker's --wrap makes everything that asks for the data ask for this.
            f'.section .rodata\n.global __wrap_{symbol}\n.type __wrap_{symbol}, @object\n.balign 64\n__wrap_{symbol}:\n'
            f'.incbin "small.dat"\n.size __wrap_{symbol}, . - __wrap_{symbol}\n.section .note.GNU-stack,"",@progbits\n')
        run("cc", "-c", "data.s", "-o", "data.o", cwd=place)
        arguments.output.write_bytes((place / "data.o").read_bytes())
    print(f"ICU's data: {len(small)} of {len(data)} bytes", file=sys.stderr)
    print(symbol)


if __name__ == "__main__":
    main()
