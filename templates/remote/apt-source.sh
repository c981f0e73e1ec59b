# Runs behind apt.sh as a job: reads a source before apt's own ones name it, so that apt never has one that it cannot read.
# $1 is where its list belongs, $2 where its key lies, $3 the list. What is there of an earlier run is taken back when it
# cannot be read.
list=$1 key=$2 content=$3
parts=$(mktemp -d -p /run/convecthub) || exit
trap 'rm -rf "$parts"' EXIT
printf '%s' "$content" >"$parts/${list##*/}" || exit
for file in /etc/apt/sources.list.d/*; do
  [ "$file" = "$list" ] || [ ! -e "$file" ] || ln -s "$file" "$parts" || exit
done

# the new one alone, for others may have no mirror in reach; then whether it can stand beside them. An apt that does not
# know Error-Mode only warns of a mirror that it cannot reach
readable() {
  apt update "$@" -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any || return
  apt-cache "$@" policy | grep -q ' Packages$' || { echo 'apt has got no package list of it' && return 100; }
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
