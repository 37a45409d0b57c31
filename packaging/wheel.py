"""The wheel: the tree of tree.py where pip puts programs and data, and the Python package of python/."""

import argparse
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOST_BYTES = 45_000_000


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"error: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def python_package(scratch):
    """The pure package, unpacked: setuptools knows best how metadata is written."""
    source, built = scratch / "python", scratch / "pure"
    for folder in (source, built):
        shutil.rmtree(folder, ignore_errors=True)
    # A copy, so that nothing is written into the checkout.
    shutil.copytree(ROOT / "python", source / "python", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build", ".*"))
    shutil.copytree(ROOT / "Fixtures/demo", source / "python/assay/example")
    (source / "Sources/AuditPlan").mkdir(parents=True)
    shutil.copyfile(ROOT / "Sources/AuditPlan/Version.swift", source / "Sources/AuditPlan/Version.swift")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
        "--wheel-dir", built, source / "python")
    (wheel,) = built.glob("*.whl")
    run(sys.executable, "-m", "wheel", "unpack", "--dest", built, wheel)
    wheel.unlink()
    (folder,) = built.iterdir()
    return folder


def fill(folder, tree):
    """Adds programs, libraries and documents to the unpacked package."""
    data = folder / f"{folder.name}.data"
    programs = data / "scripts"
    programs.mkdir(parents=True)
    launcher = (ROOT / "packaging/launch").read_text()
    for file in sorted((tree / "bin").iterdir()):
        target = programs / file.name
        if file.is_symlink():
            target.write_text(launcher.replace("NAME", file.name.removeprefix("assay-")))
        else:
            shutil.copyfile(file, target)
        target.chmod(0o755)
    shutil.copytree(tree / "lib", data / "data/lib")
    for name in ("man", "bash-completion", "zsh", "fish"):
        if (tree / "share" / name).is_dir():
            shutil.copytree(tree / "share" / name, data / "data/share" / name)
    information = folder / f"{folder.name}.dist-info"
    documents = tree / "share/doc/assay"
    shutil.copytree(documents / "licenses", information / "licenses", dirs_exist_ok=True)
    shutil.copyfile(documents / "LICENSE", information / "licenses/LICENSE")


def pack(folder, output, tag):
    information = folder / f"{folder.name}.dist-info"
    (information / "WHEEL").write_text(
        f"Wheel-Version: 1.0\nGenerator: assay\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n")
    output.mkdir(parents=True, exist_ok=True)
    said = run(sys.executable, "-m", "wheel", "pack", "--dest-dir", output, folder)
    return output / re.search(r"(\S+\.whl)", said)[1].rsplit("/", 1)[-1]


def platform_tag(wheel, libraries):
    """What auditwheel finds that the wheel needs of a system, for example manylinux_2_34_x86_64.

    It looks at the versions of symbols; that nothing but the C and C++ libraries comes from outside, tree.py has seen to.
    """
    said = run("auditwheel", "show", wheel, env={**os.environ, "LD_LIBRARY_PATH": str(libraries)})
    found = re.findall(r"manylinux_\d+_\d+_\w+", said)
    if len(set(found)) != 1:
        sys.exit(f"error: auditwheel names no one platform:\n{said}")
    return found[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=pathlib.Path, required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    folder = python_package(arguments.scratch)
    fill(folder, arguments.tree)
    machine = platform.machine()
    first = pack(folder, arguments.scratch / "first", f"linux_{machine}")
    tag = platform_tag(first, arguments.tree / "lib/assay")
    wheel = pack(folder, arguments.output, tag)
    size = wheel.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"error: {wheel}: has {size} bytes, {MOST_BYTES} are the most; what has grown?")
    print(wheel)


if __name__ == "__main__":
    main()
