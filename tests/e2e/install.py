#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cmake --install into a folder: every file in its place; a C and a C++ program compile with pkg-config against the static and the shared
library and run; the shared library shows only what the public headers declare. Builds in build/e2e-install, which later runs reuse."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from candor import ROOT, expect, skip  # noqa: E402

PROGRAM = r"""
#include <candor/base.h>
#include <candor/crypto.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    cdr_ctx ctx;
    cdr_err err;
    cdr_secret *s = NULL;
    uint8_t hash[CDR_SHA256_BYTES];
    cdr_ctx_init(&ctx);
    if (cdr_secret_random(&ctx, 32, &s, &err) != CDR_OK)
        return 1;
    cdr_secret_free(s);
    cdr_sha256("abc", 3, hash);
    printf("%s %02x%02x %s\n", cdr_version(), hash[0], hash[1], cdr_status_name(CDR_E_LOCKED));
    return strcmp(cdr_status_name(CDR_OK), "ok") != 0;
}
"""
FILES = ["bin/candor", "bin/candor-send", "bin/candor-calendar", "bin/candor-perform", "share/candor/playbooks/policies/disclosure.yaml", "share/candor/playbooks/messages/code_sms.txt", "lib/libcandor.a",
         "lib/libcandor.so", "lib/pkgconfig/candor.pc", "include/candor/base.h", "share/candor/playbooks/README.md",
         "share/man/man1/candor.1", "share/bash-completion/completions/candor"]


def run(*words, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)
    expect(done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def build():
    out = ROOT / "build/e2e-install"
    run("cmake", "-S", ROOT, "-B", out, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCANDOR_TESTS=OFF", "-DCANDOR_WERROR=ON", "-DCMAKE_INSTALL_PREFIX=/usr",
        "-DCMAKE_INSTALL_LIBDIR=lib")
    run("cmake", "--build", out, "--target", "all", "candor_static", "candor_shared")
    return out


def check_symbols(library, include):
    declared = set()
    for header in include.glob("*.h"):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(), flags=re.S)
        # "CDR_API … name(" up to the parameter list.
        declared |= set(re.findall(r"CDR_API\b[^;{(]*?\b(cdr_\w+)\s*\(", text))
    shown = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--defined-only", library).splitlines()}
    expect(declared, "no CDR_API declaration was found")
    expect(shown - declared == set(), f"the shared library shows what no public header declares: {sorted(shown - declared)}")
    missing = sorted(declared - shown)
    expect(not missing, f"declared in public headers and not in the library: {missing}")
    return len(shown)


def main():
    for tool in ("cmake", "ninja", "pkg-config", "nm", "cc", "c++"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    out = build()
    with tempfile.TemporaryDirectory(prefix="candor-install-") as top:
        top = pathlib.Path(top)
        run("cmake", "--install", out, env={**os.environ, "DESTDIR": str(top)})
        usr = top / "usr"
        for name in FILES + (["bin/candor-reader"] if (out / "bin/candor-reader").exists() else []):
            expect((usr / name).exists(), f"{name} was not installed")
        expect(not list(usr.rglob("*append*")), "a test program was installed")
        shown = check_symbols(usr / "lib/libcandor.so", usr / "include/candor")
        (top / "program.c").write_text(PROGRAM)
        shutil.copy(top / "program.c", top / "program.cpp")
        config = {**os.environ, "PKG_CONFIG_PATH": str(usr / "lib/pkgconfig"), "LD_LIBRARY_PATH": str(usr / "lib")}
        shared = run("pkg-config", "--cflags", "--libs", "candor", env=config).split()
        private = run("pkg-config", "--static", "--cflags", "--libs", "candor", env=config).split()
        said = set()
        for compiler, source, standard in (("cc", "program.c", "-std=c17"), ("c++", "program.cpp", "-std=c++17")):
            run(compiler, standard, "-Wall", "-Wextra", "-Werror", top / source, "-o", top / "shared", *shared)
            said.add(run(top / "shared", env=config))
            static = [f"{usr}/lib/libcandor.a"] + [w for w in private if w != "-lcandor"]
            run(compiler, standard, "-Wall", "-Wextra", "-Werror", top / source, "-o", top / "static", *static)
            said.add(run(top / "static"))
        expect(len(said) == 1 and re.fullmatch(r"\d+\.\d+\.\d+ ba78 locked\n", said.pop()), f"the programs said {said}")
        expect("libcandor" not in run("ldd", top / "static"), "the static program loads the shared library")
        version = run(usr / "bin/candor", "--version")
        expect(version.startswith("candor "), version)
    print(f"installed, {shown} public symbols, 4 programs built with pkg-config")


main()
