"""The .deb and the tarball: the tree of tree.py as it is, and below /usr."""

import argparse
import gzip
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAINTAINER = "Assay <assay@localhost>"
EPOCH = int(os.environ["SOURCE_DATE_EPOCH"])
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def version():
    return re.search(r'assayVersion = "([^"]+)"', (ROOT / "Sources/AuditPlan/Version.swift").read_text())[1]


def tidy(info):
    """Nothing of the machine that packs: no owner, no time, no mode but two."""
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = EPOCH
    info.mode = 0o777 if info.issym() else 0o755 if info.isdir() or info.mode & 0o100 else 0o644
    return info


def tarball(tree, output):
    name = f"assay-{version()}-linux-{platform.machine()}"
    place = output / f"{name}.tar.xz"
    with tarfile.open(place, "w:xz", format=tarfile.GNU_FORMAT, preset=4) as archive:
        archive.add(tree, arcname=name, recursive=False, filter=tidy)
        for file in sorted(tree.rglob("*")):
            archive.add(file, arcname=f"{name}/{file.relative_to(tree)}", recursive=False, filter=tidy)
    return place


def floor(files, prefix):
    """The newest version of the symbols `prefix` that any of `files` asks for."""
    found = set()
    for file in files:
        said = subprocess.run(["objdump", "-T", str(file)], check=True, capture_output=True, text=True).stdout
        found |= {tuple(map(int, number.split("."))) for line in said.splitlines() if "*UND*" in line
                  for number in re.findall(rf"\({prefix}_([0-9.]+)\)", line)}
    return max(found)


def deb(tree, scratch, output):
    root = scratch / "deb"
    shutil.rmtree(root, ignore_errors=True)
    usr = root / "usr"
    shutil.copytree(tree, usr, symlinks=True)
    documents = usr / "share/doc/assay"
    # As Debian's policy has it: one file says what is whose, and the changelog is packed.
    licences = documents / "licenses"
    (documents / "copyright").write_text(
        "Assay is under the Apache licence 2.0 (/usr/share/common-licenses/Apache-2.0).\n"
        "What it is packed with has licences of its own, in /usr/share/doc/assay/licenses:\n\n"
        + (licences / "SOURCES.txt").read_text())
    (documents / "LICENSE").unlink()
    changelog = documents / "CHANGELOG.md"
    (documents / "changelog.gz").write_bytes(gzip.compress(changelog.read_bytes(), 9, mtime=0))
    changelog.unlink()
    for page in sorted((usr / "share/man").rglob("*.1")) if (usr / "share/man").is_dir() else []:
        page.with_name(page.name + ".gz").write_bytes(gzip.compress(page.read_bytes(), 9, mtime=0))
        page.unlink()
    files = [file for file in sorted(root.rglob("*")) if file.is_file() and not file.is_symlink()]
    binaries = [usr / "bin/assay", *sorted((usr / "lib/assay").iterdir())]
    libc = ".".join(map(str, floor(binaries, "GLIBC")))
    # GLIBCXX_3.4.N came with GCC N - 18.
    compiler = floor(binaries, "GLIBCXX")[2] - 18
    control = root / "DEBIAN"
    control.mkdir()
    size = sum(file.stat().st_size for file in files) // 1024
    (control / "control").write_text(
        f"Package: assay\nVersion: {version()}\nArchitecture: {ARCHITECTURES[platform.machine()]}\n"
        f"Maintainer: {MAINTAINER}\nInstalled-Size: {size}\n"
        f"Depends: libc6 (>= {libc}), libstdc++6 (>= {compiler}), libgcc-s1\nSection: science\nPriority: optional\n"
        "Description: audit of YOLO object-detection datasets\n"
        " Finds labels that trainers drop or misread, anchors that do not fit, and labels\n"
        " and images that are probably wrong, before anyone spends GPU hours on them.\n")
    (control / "md5sums").write_text("".join(
        f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.relative_to(root)}\n" for file in files))
    for file in [root, *root.rglob("*")]:
        if not file.is_symlink():
            file.chmod(0o755 if file.is_dir() or file.stat().st_mode & 0o100 else 0o644)
        os.utime(file, (EPOCH, EPOCH), follow_symlinks=False)
    place = output / f"assay_{version()}_{ARCHITECTURES[platform.machine()]}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "-z4", "--build", str(root), str(place)], check=True,
                   stdout=subprocess.DEVNULL)
    return place


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=pathlib.Path, required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for place in (tarball(arguments.tree, arguments.output), deb(arguments.tree, arguments.scratch, arguments.output)):
        print(place)


if __name__ == "__main__":
    main()
