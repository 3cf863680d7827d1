"""Builds pages that have a figure in them, each with its own tool: an MkDocs page, a Sphinx page in MyST,
and a notebook. The folder that is named has the code for each in codes.json; the pages go below its site/.
"""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt

folder = Path(sys.argv[1])
site = folder / "site"
codes = json.loads((folder / "codes.json").read_text())

TEXT = "# Dropout\n\nDividing by 1−p keeps the mean.\n\n{}\n\nIt does not keep the standard deviation.\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(module, *arguments):
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)


def mkdocs():
    source = folder / "mkdocs"
    write(source / "mkdocs.yml", "site_name: Notes\n")
    write(source / "docs" / "index.md", TEXT.format(codes["mkdocs"]))
    run("mkdocs", "build", "--quiet", "--strict", "-f", source / "mkdocs.yml", "-d", site / "mkdocs")


def sphinx():
    source = folder / "sphinx"
    write(source / "conf.py", 'project = "Notes"\nextensions = ["myst_parser"]\n')
    write(source / "index.md", TEXT.format(codes["myst"]))
    run("sphinx", "-q", "-W", source, site / "sphinx")


def notebook():
    cells = [
        nbformat.v4.new_markdown_cell(TEXT.format("")),
        nbformat.v4.new_code_cell(codes["notebook"]),
    ]
    path = folder / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    output = ["--output-dir", site / "notebook", "--output", "index"]
    run("nbconvert", "--execute", "--to", "html", "--log-level", "WARN", path, *output)


def forum():
    html = MarkdownIt().render(TEXT.format(codes["discourse"]))
    write(site / "forum" / "index.html", f"<!doctype html><title>A post</title>{html}")


for build in (mkdocs, sphinx, notebook, forum):
    build()
