# remove_paths PATH...: takes away files and folders; of a folder that is a mount point, what is in it
remove_paths() {
  for path in "$@"; do
    if [ -d "$path" ] && [ ! -L "$path" ] && mountpoint -q "$path"; then
      find "$path" -xdev -mindepth 1 -delete || return 1
    else
      rm -rf --one-file-system -- "$path" || return 1
    fi
  done
}
