# shellcheck shell=sh
# Sourced: an image of this host's static busybox, made without any registry.

# busybox_image NAME: makes the image unless it is there.
busybox_image() {
  if docker image inspect "$1" >/dev/null 2>&1; then return; fi
  made=$(mktemp -d)
  mkdir -p "$made/bin" "$made/tmp"
  cp "$(command -v busybox)" "$made/bin/busybox"
  for applet in $(busybox --list); do
    [ "$applet" = busybox ] || ln -s busybox "$made/bin/$applet"
  done
  tar -C "$made" -c . | docker import - "$1" >/dev/null
  rm -rf "$made"
}
