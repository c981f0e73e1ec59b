# remove_empty FOLDER...: takes away folders that we made, unless somebody put something into them
remove_empty() {
  for path in "$@"; do
    [ ! -d "$path" ] || ! cvh_safe "${path%/*}/" open || rmdir --ignore-fail-on-non-empty -- "$path" || return
  done
}

# remove_paths PATH...: takes away files, what cvh_place may have left beside them, and folders; of a folder that is a
# mount point, what is in it. Nobody else may be able to say what their folder is.
remove_paths() {
  for path in "$@"; do
    [ -e "$path" ] || [ -h "$path" ] || [ -e "$path.part" ] || continue
    case $path in
    # others may have made it there by that name
    /tmp/k3s-resolv.conf) if [ -h "$path" ] || [ ! -f "$path" ] || [ ! -O "$path" ]; then continue; fi ;;
    *) cvh_safe "${path%/*}/" open || { printf 'kept %s\n' "$path" && continue; } ;;
    esac
    if [ -n "${keep_data-}" ] && [ -d "$keep_data" ] && [ ! -L "$path" ] && [ "${keep_data#"$path"/}" != "$keep_data" ]; then
      # users' data stays, and the folders that lead to it
      above=$path
      while [ "$above" != "$keep_data" ]; do
        next=${keep_data#"$above"/} && next=$above/${next%%/*}
        find "$above" -xdev -mindepth 1 -maxdepth 1 ! -path "$next" -exec rm -rf --one-file-system -- {} + || return
        above=$next
      done
    elif [ -d "$path" ] && [ ! -L "$path" ] && mountpoint -q "$path"; then
      find "$path" -xdev -mindepth 1 -delete || return
    else
      rm -rf --one-file-system -- "$path" "$path.part" || return
    fi
  done
}

# remove_works FOLDER...: takes away work folders; one that somebody else has made anew by that name is not ours
remove_works() {
  for path in "$@"; do
    [ ! -d "$path" ] || [ -h "$path" ] || ! cvh_safe "$path" || rm -rf --one-file-system -- "$path" || return
  done
}
