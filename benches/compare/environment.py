"""A Python environment of its own for each program that mzseek is compared with."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def python_with(name, packages, folder=None):
    """The interpreter of target/<name>, or of `folder`, with `packages`, made where it is missing."""
    folder = folder or os.path.join(ROOT, "target", name)
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        print(f"making an environment with {', '.join(packages)} in {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python
