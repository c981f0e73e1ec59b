# remove_empty FOLDER...: takes away folders that we made, unless somebody put something into them
remove_empty() {
  for path in "$@"; do
    [ ! -d "$path" ] || mountpoint -q "$path" || ! cvh_safe "${path%/*}/" open ||
      rmdir --ignore-fail-on-non-empty -- "$path" || return
  done
}

# remove_paths PATH...: takes away files, what cvh_place may have left beside them, and folders, but for users' data in
# $keep_data. Nobody else may be able to say what their folder is.
remove_paths() {
  for path in "$@"; do
    [ -e "$path" ] || [ -h "$path" ] || [ -e "$path.part" ] || continue
    case $path in
    # others may have made it there by that name
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

# clear_folder FOLDER: all that is in it, and itself. Users' data and the folders that lead to what stays are left. So is
# all that is mounted below, which may be anybody's; but the disks that k3s_mounts knows are K3s's, and are emptied.
clear_folder() {
  keep=${keep_data:-none}
  for disk in /var/lib/rancher/k3s/storage /var/lib/rancher/k3s/agent; do
    case $disk in
    "$keep") ;;
    "$1"/*) ! mountpoint -q "$disk" || find "$disk" -xdev -mindepth 1 -delete || return ;;
    esac
  done
  find "$1" -xdev ! -type d ! -path "$keep/*" -delete || return
  # a mount point cannot be taken away; what else cannot is found by the audit
  find "$1" -xdev -depth -type d -empty ! -path "$keep" ! -path "$keep/*" -delete 2>/dev/null || :
}

# remove_works FOLDER...: takes away work folders; one that somebody else has made anew by that name is not ours
remove_works() {
  for path in "$@"; do
    [ ! -d "$path" ] || [ -h "$path" ] || ! cvh_safe "$path" || rm -rf --one-file-system -- "$path" || return
  done
}
