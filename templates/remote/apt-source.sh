# Runs after apt.sh as a job: tests a package source before it is added, so that apt never has one that it cannot read.
# $1: path of the list, $2: path of the key, $3: content of the list. If apt cannot read the source, removes those two
# files, where convecthub has recorded them.
list=$1 key=$2 content=$3
parts=$(mktemp -d -p /run/convecthub) || exit
trap 'rm -rf "$parts"' EXIT
printf '%s' "$content" >"$parts/${list##*/}" || exit
for file in /etc/apt/sources.list.d/*; do
  [ "$file" = "$list" ] || [ ! -e "$file" ] || ln -s "$file" "$parts" || exit
done

# first the new source alone, since the mirrors of others may be out of reach; then whether it conflicts with them. An
# apt without Error-Mode only warns when it cannot reach a mirror, so the policy shows whether it got a package list
readable() {
  apt update "$@" -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any || return
  apt-cache "$@" policy | grep -q ' Packages$' || { echo 'apt has got no package list of it'; return 100; }
  apt-cache -o "Dir::Etc::SourceParts=$parts" policy >/dev/null
}

readable -o "Dir::Etc::SourceList=$parts/${list##*/}" -o Dir::Etc::SourceParts=/dev/null || {
  code=$?
  for path in "$list" "$key"; do
    grep -qxF "file $path" /var/lib/convecthub/owned || continue
    rm -f -- "$path" && sed -i "\\|^file $path\$|d" /var/lib/convecthub/owned
  done
  exit "$code"
}
