# remove_empty FOLDER...: removes folders that we made, if they are empty
remove_empty() {
  for path in "$@"; do
    [ ! -d "$path" ] || mountpoint -q "$path" || ! cvh_safe "${path%/*}/" open ||
      rmdir --ignore-fail-on-non-empty -- "$path" || return
  done
}

# remove_paths PATH...: removes files, with temporary files that cvh_place may have left, and folders, except users'
# data in $keep_data. A path is kept when anybody but root could exchange a folder on the way to it.
remove_paths() {
  for path in "$@"; do
    [ -e "$path" ] || [ -h "$path" ] || [ -e "$path.part" ] || continue
    case $path in
    # in /tmp anybody can create a file with that name
    /tmp/k3s-resolv.conf) if [ -h "$path" ] || [ ! -f "$path" ] || [ ! -O "$path" ]; then continue; fi ;;
    *) cvh_safe "${path%/*}/" open || { printf 'kept %s\n' "$path"; continue; } ;;
    esac
    if [ -d "$path" ] && [ ! -h "$path" ]; then
      clear_folder "$path"
    else
      rm -rf -- "$path" "$path.part"
    fi || return
  done
}

# clear_folder FOLDER: removes the folder with all that is in it, except users' data and the folders above it. Other
# file systems mounted below are left alone, since they may be anybody's; only those of k3s_disks are emptied.
clear_folder() {
  keep=${keep_data:-none}
  for disk in $(k3s_disks); do
    case $disk in
    "$keep") ;;
    "$1"/*) ! mountpoint -q "$disk" || find "$disk" -xdev -mindepth 1 -delete || return ;;
    esac
  done
  find "$1" -xdev ! -type d ! -path "$keep/*" -delete || return
  # a mount point cannot be removed; the audit finds anything else that is left
  find "$1" -xdev -depth -type d -empty ! -path "$keep" ! -path "$keep/*" -delete 2>/dev/null || :
}

# remove_works FOLDER...: removes work folders; skips one that somebody else could have replaced
remove_works() {
  for path in "$@"; do
    [ ! -d "$path" ] || [ -h "$path" ] || ! cvh_safe "$path" || rm -rf --one-file-system -- "$path" || return
  done
}
