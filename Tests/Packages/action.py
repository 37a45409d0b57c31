"""Runs the steps of action.yml as a runner of GitHub would, as far as a composite action of shell steps needs it.

    action.py PACKAGE PROGRAM_OUTPUT_FOLDER [input=value …]

Expressions are replaced, each step is a script of its own for `bash --noprofile --norc -eo pipefail`, and files stand for
outputs and the summary. Prints what the steps print, then the outputs; the exit status is that of the step that failed.
"""

import os
import pathlib
import re
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    package, place, *given = sys.argv[1:]
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    inputs = {name: str(declared.get("default", "")) for name, declared in action["inputs"].items()}
    inputs["package"] = package
    for pair in given:
        name, value = pair.split("=", 1)
        if name not in inputs:
            sys.exit(f"error: action.yml has no input {name}")
        inputs[name] = value
    place = pathlib.Path(place)
    place.mkdir(parents=True, exist_ok=True)
    outputs, summary = place / "outputs", place / "summary.md"
    for file in (outputs, summary):
        file.write_text("")
    known = {f"inputs.{name}": value for name, value in inputs.items()} | {"github.action_path": str(ROOT)}
    steps = {}

    def expanded(text):
        def value(found):
            name = found[1].strip()
            step = re.fullmatch(r"steps\.([\w-]+)\.outputs\.([\w-]+)", name)
            if step:
                return steps.get(step[1], {}).get(step[2], "")
            if name not in known:
                sys.exit(f"error: action.yml: this runner does not know ${{{{ {name} }}}}")
            return known[name]

        return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))

    if action["runs"]["using"] != "composite":
        sys.exit("error: action.yml is no composite action")
    for number, step in enumerate(action["runs"]["steps"]):
        if set(step) - {"name", "id", "shell", "env", "run"} or step.get("shell") != "bash":
            sys.exit(f"error: action.yml: this runner does not know all of {step.get('name', number)}")
        if "${{" in step["run"]:
            sys.exit(f"error: action.yml: {step['name']}: an expression in a script lets its value be run; use env")
        script = place / f"step{number}.sh"
        script.write_text(step["run"])
        outputs.write_text("")
        environment = os.environ | {
            "RUNNER_TEMP": str(place), "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_ACTIONS": "true", "CI": "true",
            **{name: expanded(text) for name, text in step.get("env", {}).items()},
        }
        done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], env=environment)
        steps[step.get("id", str(number))] = dict(
            line.split("=", 1) for line in outputs.read_text().splitlines() if "=" in line)
        if done.returncode:
            status = done.returncode
            break
    else:
        status = 0
    for name, output in action.get("outputs", {}).items():
        print(f"{name}={expanded(output['value'])}")
    sys.exit(status)


main()
