"""``python -m assay …`` is ``assay …``, wherever the program was installed."""

import os
import sys

from ._program import AssayError, find_program


def main() -> None:
    """Becomes the program: signals, streams and exit status are its own."""
    try:
        program = find_program()
    except AssayError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    main()
