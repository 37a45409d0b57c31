"""The tree that all packages hold: one program under its names, the libraries that it needs, documents and licences.

    bin/assay, bin/assay-labels … (links)   lib/assay/*.so   share/doc/assay   share/assay/example …
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = ("assay-labels", "assay-anchors", "assay-probe", "assay-toxic", "assay-curves", "assay-report")

# Every Linux with a C++ program has these, and they must be the system's.
SYSTEM = re.compile(r"^(ld-linux.*|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+))\.so")

# What absent.c stands for, see there.
ABSENT = re.compile(r"^lib(x265|icuuc|jbig|rav1e|SvtAv1Enc|gav1|crypto)\.so")
PLACEHOLDER = "libassay-absent.so"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def resolved(binary):
    """Where the loader finds each library that `binary` needs, directly or not."""
    found = re.findall(r"^\s*(\S+) => (/\S+)", output("ldd", str(binary)), re.M)
    return {name: pathlib.Path(path).resolve() for name, path in found}


def needed(file):
    return output("patchelf", "--print-needed", str(file)).split()


def symbols(file, kind):
    """The names of dynamic symbols, without versions; `kind` is "undefined" or "defined"."""
    lines = output("nm", "-D", f"--{kind}-only", str(file)).splitlines()
    return {line.split()[-1].split("@")[0] for line in lines}


def make_placeholder(place, absent):
    """Compiles absent.c for the interfaces of the libraries that it stands for."""
    defines = []
    for name in sorted(absent):
        found = re.match(r"lib(x265|icuuc)\.so\.(\d+)", name)
        if found:
            defines.append(f"-D{'X265' if found[1] == 'x265' else 'ICU'}={found[2]}")
    versions = place.with_suffix(".map")
    # libcrypto's names have a version, which the loader asks for.
    versions.write_text("OPENSSL_3.0.0 { global: AES_*; EVP_*; HMAC_*; PKCS5_*; RAND_*; };\n")
    subprocess.run(
        ["cc", "-Os", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-s", f"-Wl,-soname,{PLACEHOLDER}",
         f"-Wl,--version-script={versions}", "-Wl,--build-id=none", *defines, "-o", str(place),
         str(ROOT / "packaging/absent.c")], check=True)
    versions.unlink()


def set_path(file, path):
    # RPATH, not RUNPATH: a library of the same name that LD_LIBRARY_PATH leads to is another one.
    subprocess.run(["patchelf", "--force-rpath", "--set-rpath", path, str(file)], check=True)


def collect(program, libraries):
    """Copies what `program` needs into `libraries`, and returns where each file came from."""
    places = resolved(program)
    origins, absent, todo = {}, {}, [program]
    while todo:
        file = todo.pop()
        for name in needed(file):
            if SYSTEM.match(name) or name in origins:
                continue
            if name not in places:
                sys.exit(f"error: {name}: {file.name} needs it, and the loader does not find it")
            if ABSENT.match(name):
                absent.setdefault(name, set()).add(file)
                continue
            origins[name] = places[name]
            copy = libraries / name
            shutil.copyfile(places[name], copy)
            copy.chmod(0o644)
            todo.append(copy)
    placeholder = libraries / PLACEHOLDER
    make_placeholder(placeholder, absent)
    offered = symbols(placeholder, "defined")
    for name, users in sorted(absent.items()):
        for user in users:
            missing = (symbols(user, "undefined") & symbols(places[name], "defined")) - offered
            if missing:
                sys.exit(f"error: packaging/absent.c lacks {', '.join(sorted(missing))}, which {user.name} takes from {name}")
            subprocess.run(["patchelf", "--replace-needed", name, PLACEHOLDER, str(user)], check=True)
    for file in sorted(libraries.iterdir()):
        set_path(file, "$ORIGIN")
    return origins


def package_of(file):
    """The Debian package that `file` belongs to, and its version and source."""
    for path in (str(file), str(file).removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True)
        if found.returncode == 0:
            name = found.stdout.split(": ")[0].split(",")[0]
            version, source = output("dpkg-query", "-W", "-f", "${source:Version} ${source:Package}", name).split()
            return name.split(":")[0], version, source
    sys.exit(f"error: {file}: belongs to no package, so its licence is not known")


def licences(origins, checkouts, folder):
    """Copies the licence of everything that is bundled, and says what it is and where its source is."""
    folder.mkdir(parents=True)
    rows = []
    for name, origin in sorted(origins.items()):
        package, version, source = package_of(origin)
        shutil.copyfile(f"/usr/share/doc/{package}/copyright", folder / f"{package}.txt")
        rows.append(f"{name}: Debian source package {source} {version}")
    # C++ templates of the system's library are in the libraries above; Swift's runtime and Foundation in the program.
    swift = pathlib.Path(shutil.which("swift")).resolve().parent.parent
    licence = next((file for file in (swift / "share/swift/LICENSE.txt",) if file.exists()), None)
    if licence is None:
        sys.exit(f"error: {swift}: has no share/swift/LICENSE.txt, the licence of Swift's runtime")
    shutil.copyfile(licence, folder / "swift.txt")
    rows.append("Swift's standard library, Foundation and ICU: github.com/swiftlang " + output("swift", "--version").split("\n")[0])
    resolved_packages = dict(re.findall(
        r'"identity" : "([^"]+)".*?"location" : "([^"]+)"', (ROOT / "Package.resolved").read_text(), re.S))
    for checkout in sorted(checkouts.iterdir()):
        files = [file for file in sorted(checkout.iterdir()) if re.match(r"(?i)(licen[cs]e|notice)", file.name)]
        for file in files:
            shutil.copyfile(file, folder / f"{checkout.name}-{file.stem.lower()}.txt")
        if files:
            rows.append(f"{checkout.name}: {resolved_packages.get(checkout.name.lower(), 'Swift package')}")
    (folder / "SOURCES.txt").write_text(
        "What is in this package besides Assay, and where its source is. Licences lie beside this file.\n"
        "Libraries under the LGPL (libheif, libde265) are files of their own under lib/assay and may be exchanged.\n\n"
        + "".join(row + "\n" for row in rows))


def manuals(program, share):
    """Manual pages and completions, where programs of the system look for them."""
    if not re.search(r"^\s+manual\b", output(str(program), "--help"), re.M):
        return
    (share / "man").mkdir()
    output(str(program), "manual", "--output", str(share / "man/man1"))
    for shell, folder, first, others in (
        ("bash", "bash-completion/completions", "assay", "{}"),
        ("zsh", "zsh/site-functions", "_assay", None),
        ("fish", "fish/vendor_completions.d", "assay.fish", "{}.fish"),
    ):
        place = share / folder
        place.mkdir(parents=True)
        (place / first).write_text(output(str(program), "completions", shell))
        # zsh's first line names all tools; bash and fish look for a file of the name.
        for name in NAMES if others else ():
            (place / others.format(name)).symlink_to(first)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--checkouts", type=pathlib.Path, required=True, help="of the Swift packages that it is built of")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    tree = arguments.output
    shutil.rmtree(tree, ignore_errors=True)
    for folder in ("bin", "lib/assay", "share/doc/assay", "share/assay"):
        (tree / folder).mkdir(parents=True)
    program = tree / "bin/assay"
    shutil.copyfile(arguments.program, program)
    subprocess.run(["strip", "--strip-all", str(program)], check=True)
    program.chmod(0o755)
    origins = collect(program, tree / "lib/assay")
    set_path(program, "$ORIGIN/../lib/assay")
    for name in NAMES:
        (tree / "bin" / name).symlink_to("assay")
    documents = tree / "share/doc/assay"
    for name in ("LICENSE", "CHANGELOG.md", "README.md"):
        shutil.copyfile(ROOT / name, documents / name)
    licences(origins, arguments.checkouts, documents / "licenses")
    shutil.copytree(ROOT / "Fixtures/demo", tree / "share/assay/example")
    manuals(program, tree / "share")


if __name__ == "__main__":
    main()
