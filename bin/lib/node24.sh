# shellcheck shell=sh disable=SC2154
# Sourced with $root set: puts this checkout's own Node 24 first on PATH where it is installed, and the project's programs
# and the system's behind it.

use_node24() {
  for own in "$root"/bin/node24/node_modules/node-linux-*/bin; do
    if [ -x "$own/node" ]; then PATH=$own:$PATH; fi
  done
}

use_node24
PATH=$PATH:$root/node_modules/.bin:/usr/sbin:/sbin
export PATH
