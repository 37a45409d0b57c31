"""Types beginnings of command lines into bash on a terminal, presses the tab key after each, and prints what the line has become.

    typing.py FOLDER-OF-EXECUTABLES COMPLETIONS.bash LINE …
"""

import os
import pty
import select
import sys
import time


def main():
    folder, script, *lines = sys.argv[1:]
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(PS1="ready> ", TERM="dumb", PATH=f"{folder}:{os.environ['PATH']}", INPUTRC="/dev/null")
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])

    def read(until, seconds=30):
        text = ""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until(text):
            if select.select([terminal], [], [], 0.1)[0]:
                text += os.read(terminal, 65536).decode(errors="replace")
        return text

    read(lambda text: text.endswith("ready> "))
    os.write(terminal, f"source {script}; bind 'set bell-style none'\n".encode())
    read(lambda text: text.endswith("ready> "))
    for line in lines:
        os.write(terminal, line.encode() + b"\t")
        # What is completed in one way ends with a blank, or with the slash of a folder.
        print(read(lambda text: len(text) > len(line) and text[-1] in " /").rstrip(), flush=True)
        # Ctrl-C: a line anew.
        os.write(terminal, b"\x03")
        read(lambda text: text.endswith("ready> "))
    os.write(terminal, b"exit\n")


main()
