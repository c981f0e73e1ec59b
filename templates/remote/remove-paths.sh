# remove_empty FOLDER...: takes away folders that we made, unless somebody put something into them
remove_empty() {
  for path in "$@"; do
    [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty -- "$path" || return 1
  done
}

# remove_paths PATH...: takes away files, what cvh_stage may have left beside them, and folders; of a folder that is a
# mount point, what is in it
remove_paths() {
  for path in "$@"; do
    if [ -d "$path" ] && [ ! -L "$path" ] && mountpoint -q "$path"; then
      find "$path" -xdev -mindepth 1 -delete || return 1
    else
      rm -rf --one-file-system -- "$path" "$path.part" || return 1
    fi
  done
}
