"""Types beginnings of command lines into bash on a terminal, presses the tab key after each, and prints what the line has become.

    typing.py FOLDER-OF-EXECUTABLES COMPLETIONS.bash LINE …
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time


def typed(folder, script, line):
    """What `line` has become, in a shell of its own: what is left of another line cannot get into it."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(
            PS1="ready> ", TERM="dumb", COLUMNS="400", PATH=f"{folder}:{os.environ['PATH']}", INPUTRC="/dev/null")
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    # Rows and columns: a line that fits is shown as it stands.
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))

    def read(until, seconds=60):
        text = ""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until(text):
            if select.select([terminal], [], [], 0.1)[0]:
                text += os.read(terminal, 65536).decode(errors="replace")
        return text

    read(lambda text: text.endswith("ready> "))
    os.write(terminal, f"source {script}; bind 'set bell-style none'\n".encode())
    read(lambda text: text.endswith("ready> "))
    os.write(terminal, line.encode() + b"\t")
    # What is completed in one way ends with a blank, or with the slash of a folder.
    text = read(lambda text: len(text) > len(line) and text[-1] in " /").rstrip()
    os.close(terminal)
    os.waitpid(process, 0)
    return text


def main():
    folder, script, *lines = sys.argv[1:]
    for line in lines:
        print(typed(folder, script, line), flush=True)


main()
