# SPDX-License-Identifier: MIT
#
# apt with its own lists, kept in the cache. The machine's sources and lists are
# only read, for the mirror's address. Needs no root. To be sourced; expects
# $cache.

# The mirror of the Debian archive, and that of its security updates.
apt_mirrors() {
    apt-get indextargets --no-release-info --format '$(REPO_URI)' \
        2>/dev/null | sed 's,/*$,,' | sort -u
}

# apt_private NAME TYPE SUITE...: set up the lists NAME and read them. A suite
# that ends in -security comes from the security mirror.
apt_private() {
    local name=$1 type=$2 main security suite uri
    shift 2
    command -v apt-get >/dev/null || return 1
    main=$(apt_mirrors | grep -v security | head -n 1)
    security=$(apt_mirrors | grep security | head -n 1)
    [ -n "$main" ] || return 1
    apt_root=$cache/apt/$name
    mkdir -p "$apt_root"/{etc,lists/partial,cache/archives/partial}
    for suite in "$@"; do
        uri=$main
        case $suite in *-security) uri=$security ;; esac
        [ -n "$uri" ] || continue
        printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\n' \
            "$type" "$uri" "$suite"
        printf 'Signed-By: %s\n\n' \
            /usr/share/keyrings/debian-archive-keyring.gpg
    done >"$apt_root/etc/otalab.sources"
    apt_options=(
        -o Dir::Etc::sourcelist=/dev/null
        -o Dir::Etc::sourceparts="$apt_root/etc"
        -o Dir::State::Lists="$apt_root/lists"
        -o Dir::Cache="$apt_root/cache"
        -o APT::Sandbox::User=
        -o APT::Update::Error-Mode=any
        -o Acquire::Languages=none
    )
    [ "$(id -u)" != 0 ] || apt_options+=(-o APT::Sandbox::User=root)
    apt-get "${apt_options[@]}" -qq update >&2
}

# apt_in FOLDER ARGUMENTS...: apt-get source (archive only) in that folder.
apt_in() {
    local folder=$1
    shift
    (cd "$folder" && apt-get "${apt_options[@]}" -qq --tar-only \
        --download-only "$@" >&2)
}

apt_cache() { apt-cache "${apt_options[@]}" "$@"; }
