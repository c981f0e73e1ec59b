# Images: names, digests and labels only. An archive is read as far as its list of names.
our %imported;
our ($PATCH) = $VERSION =~ /^v1\.\d+\.(\d+)/;

# Whether this version has what came with these, each written MINOR.PATCH; later minor versions have it too.
sub has_since {
    my %first = map { /^(\d+)\.(\d+)$/ } @_;
    my ($last) = sort { $b <=> $a } keys %first;
    return defined $first{$MINOR} ? $PATCH >= $first{$MINOR} : $MINOR > $last;
}
sub watches      { has_since(qw(29.13 30.9 31.5 32.0)) }
sub pins         { has_since(qw(26.13 27.10 28.6 29.1)) }
sub containerd_2 { has_since(qw(31.6 32.2)) }
sub has_cache    { has_since(qw(30.13 31.9 32.5 33.1)) }
# before that it did not pin again what the cache let it skip, and overlooked another archive of the same size
sub good_cache { has_since(qw(34.10 35.7 36.3 37.0)) }

our $MANAGED = 'io.cri-containerd.image=managed';
our $PINNED  = "io.cattle.k3s.pinned=pinned,$MANAGED,io.cri-containerd.pinned=pinned";

sub image_list { "$DATA/agent/containerd/stand-in-images" }
sub image_rows { map { [ split /\t/, $_, 3 ] } grep { length } split /\n/, slurp( image_list() ) // '' }
sub images     { map { $_->[0] } image_rows() }

sub save_images {
    my %row = map { $_->[0] => $_ } @_;
    make_dir( "$DATA/agent/containerd", 0700 );
    spew( image_list(), join '', map { join( "\t", @{ $row{$_} } ) . "\n" } sort keys %row );
}

# Pairs of name and digest. What is imported again loses its labels: containerd 1.4 keeps them, but promises nothing.
sub add_images {
    my ( $labels, @pairs ) = @_;
    save_images( image_rows(), map { [ @$_, $labels ] } @pairs );
}

sub pin_images {
    my %pinned = map { $_ => 1 } @_;
    save_images( map { $pinned{ $_->[0] } ? [ @$_[ 0, 1 ], $PINNED ] : $_ } image_rows() );
}

sub cache_file { "$DATA/agent/images/.cache.json" }

sub load_cache {
    return unless has_cache();
    my $text = slurp( cache_file() ) // '';
    while ( $text =~ /"([^"]+)":\{"images":\[([^\]]*)\],"modTime":(\d+),"size":(\d+)\}/g ) {
        my ( $file, $names, $time, $size ) = ( $1, $2, $3, $4 );
        $imported{$file} = { images => [ $names =~ /"([^"]+)"/g ], modTime => $time, size => $size };
    }
}

sub save_cache {
    return unless has_cache() && -e cache_file();
    my %all = map { my $s = $imported{$_}; $_ => { %$s, modTime => \"$s->{modTime}", size => \"$s->{size}" } } keys %imported;
    spew( cache_file(), to_json( \%all ), 0644 );
}

# Called at start, and by newer versions again and again; an unchanged archive is not read twice.
sub import_archives {
    my ($starts) = @_;
    if ($starts) {
        load_cache();
        save_images( map { [ @$_[ 0, 1 ], $MANAGED ] } image_rows() ) if pins();
    }
    my @files = glob "$DATA/agent/images/*.tar $DATA/agent/images/*.tar.* $DATA/agent/images/*.tgz $DATA/agent/images/*.tzst";
    my %is_there = map { $_ => 1 } @files;
    delete @imported{ grep { !$is_there{$_} } keys %imported };
    for my $file (@files) {
        my ( $size, $time ) = ( stat $file )[ 7, 9 ] or next;
        my $before = $imported{$file};
        my $is_new = !$before || ( good_cache() ? $time > $before->{modTime} : $size != $before->{size} && $time > $before->{modTime} );
        if ( !$is_new ) {
            pin_images( @{ $before->{images} } ) if $starts && good_cache();
            next;
        }
        note("Importing images from $file");
        my @pairs = images_in_archive( $file, 1 );
        add_images( pins() ? $PINNED : $MANAGED, @pairs );
        $imported{$file} = { images => [ map { $_->[0] } @pairs ], modTime => $time, size => $size };
        save_cache();
    }
}

# Names and digests from docker-save's manifest.json or an OCI index.json; a name made of the file's where neither can
# be read. Without $unpacks only a plain tar archive is read.
sub images_in_archive {
    my ( $file, $unpacks ) = @_;
    my %unpack = ( gz => 'gzip -dc', tgz => 'gzip -dc', zst => 'zstd -dc --long=27', tzst => 'zstd -dc', bz2 => 'bzip2 -dc', xz => 'xz -dc' );
    my ($end) = $file =~ /\.(\w+)$/;
    ( my $quoted = $file ) =~ s/'/'\\''/g;
    my $in;
    if   ( my $program = $unpacks && $end && $unpack{$end} ) { open $in, '-|', "$program '$quoted' 2>/dev/null" or return () }
    else                                 { open $in, '<:raw', $file                         or return () }
    binmode $in;
    my @pairs;
    while ( !@pairs && read( $in, my ($head), 512 ) == 512 ) {
        my ( $name, undef, undef, undef, $size ) = unpack 'Z100 a8 a8 a8 a12', $head;
        return if !$unpacks && $name ne '' && substr( $head, 257, 5 ) ne 'ustar';
        last if $name eq '';
        $size = oct( ( $size =~ /([0-7]+)/ )[0] // 0 );
        my $padded = int( ( $size + 511 ) / 512 ) * 512;
        if ( $name =~ m{^(\./)?manifest\.json$} ) {
            read $in, my ($text), $padded;
            my ($digest) = $text =~ /"Config"\s*:\s*"(?:blobs\/sha256\/)?([0-9a-f]{64})/;
            for my $list ( $text =~ /"RepoTags"\s*:\s*\[([^\]]*)\]/g ) {
                push @pairs, map { [ $_, $digest && "sha256:$digest" ] } $list =~ /"([^"]+)"/g;
            }
        }
        elsif ( $name =~ m{^(\./)?index\.json$} ) {
            read $in, my ($text), $padded;
            for my $entry ( $text =~ /(\{(?:[^{}]|\{[^{}]*\})*"digest"(?:[^{}]|\{[^{}]*\})*\})/g ) {
                my ($digest) = $entry =~ /"digest"\s*:\s*"(sha256:[0-9a-f]{64})"/;
                push @pairs, map { [ $_, $digest ] } $entry =~ /"io\.containerd\.image\.name"\s*:\s*"([^"]+)"/g;
            }
        }
        elsif ($padded) { seek $in, $padded, 1 or skip_bytes( $in, $padded ) }
    }
    close $in;
    ( my $fallback = $file ) =~ s{.*/|\.(tar|tgz|tzst)(\.\w+)?$}{}g;
    @pairs = [ "stand-in.invalid/$fallback:latest", undef ] unless @pairs;
    return map { [ full_name( $_->[0] ), $_->[1] // 'sha256:' . 'f' x 64 ] } @pairs;
}

# A pipe cannot seek.
sub skip_bytes {
    my ( $in, $count ) = @_;
    while ( $count > 0 ) { my $got = read $in, my ($drop), $count > 65536 ? 65536 : $count; last unless $got; $count -= $got }
}

sub full_name {
    my ($name) = @_;
    return $name if $name =~ m{^(localhost|[^/]*[.:][^/]*)/};
    return $name =~ m{/} ? "docker.io/$name" : "docker.io/library/$name";
}

sub need_runtime {
    my ($program) = @_;
    my $path = "$ROOT/run/k3s/containerd/containerd.sock";
    # the stand-in never takes a connection, so its queue fills up: waiting for a place in it would never end
    socket my $socket, AF_UNIX, SOCK_STREAM | Socket::SOCK_NONBLOCK(), 0;
    return if connect( $socket, pack_sockaddr_un($path) ) || $! == POSIX::EAGAIN();
    refuse(qq($program: failed to dial "$path": connection error: desc = "transport: error while dialing: dial unix $path: connect: \l$!"));
}

sub run_ctr {
    my @args = grep { $_ ne '-n' && $_ ne 'k8s.io' && !/^(--namespace|-n)=?/ } @_;
    my ( $group, $verb, @rest ) = @args;
    if ( ( $group // '' ) =~ /^(--)?version$/ ) { print "ctr github.com/k3s-io/containerd 0.0.0-stand-in\n"; return }
    refuse('ctr: stand-in: only images are imitated') if ( $group // '' ) !~ /^(images|image|i)$/;
    need_runtime('ctr');
    my @plain = grep { !/^-./ } @rest;
    if ( $verb =~ /^(ls|list)$/ ) {
        if ( grep { $_ eq '-q' || $_ eq '--quiet' } @rest ) { print "$_\n" for images() }
        else {
            print "REF TYPE DIGEST SIZE PLATFORMS LABELS\n";
            print "$_->[0] application/vnd.oci.image.manifest.v1+json $_->[1] 0 B linux/stand-in $_->[2] \n" for image_rows();
        }
    }
    elsif ( $verb eq 'import' ) {
        for my $file (@plain) {
            my $path = $file eq '-' ? '/dev/stdin' : $file;
            refuse("ctr: open $file: no such file or directory") unless -e $path;
            my @pairs = images_in_archive( $path, containerd_2() ) or refuse('ctr: archive/tar: invalid tar header');
            add_images( $MANAGED, @pairs );
            print "unpacking $_->[0] ($_->[1])...done\n" for @pairs;
        }
    }
    elsif ( $verb =~ /^(rm|remove|delete|del)$/ ) {
        my %gone = map { $_ => 1 } @plain;
        save_images( grep { !$gone{ $_->[0] } } image_rows() );
        print "$_\n" for @plain;
    }
    elsif ( $verb eq 'tag' ) {
        my ($row) = grep { $_->[0] eq $plain[0] } image_rows() or refuse(qq(ctr: image "$plain[0]": not found));
        add_images( $MANAGED, [ $plain[-1], $row->[1] ] );
        print "$plain[-1]\n";
    }
    elsif ( $verb eq 'label' ) {
        my ( $name, @labels ) = @plain;
        my ($row) = grep { $_->[0] eq $name } image_rows() or refuse(qq(ctr: image "$name": not found));
        my %all = map { $_ => 1 } split( /,/, $row->[2] ), @labels;
        save_images( image_rows(), [ @$row[ 0, 1 ], join ',', sort keys %all ] );
        print join( ',', sort keys %all ), "\n";
    }
    else { refuse("ctr: stand-in: images $verb is not imitated") }
}

sub run_crictl {
    my ( $verb, @rest ) = grep { !/^(-r|--runtime-endpoint)$/ } @_;
    $verb //= '';
    if ( $verb =~ /^(--)?version$/ ) { print "crictl version $VERSION (stand-in)\n"; return }
    need_runtime('crictl');
    my $json = "@rest" =~ /(-o|--output)[ =]?json/;
    if ( $verb =~ /^(images|image|img)$/ ) {
        my @list = map { { id => $_->[1], repoTags => [ $_->[0] ], repoDigests => [], size => '0', pinned => $_->[2] =~ /cri-containerd.pinned/ ? \'true' : \'false' } } image_rows();
        if    ($json)                       { print to_json( { images => \@list } ), "\n" }
        elsif ( grep { /^-q|--quiet$/ } @rest ) { print "sha256:stand-in\n" for @list }
        else { print "IMAGE TAG IMAGE-ID SIZE\n"; for ( images() ) { my ( $n, $t ) = /^(.*):([^:\/]+)$/; printf "%s %s stand-in 0B\n", $n // $_, $t // '' } }
    }
    elsif ( $verb =~ /^(ps|pods)$/ ) { print $json ? '{"containers":[],"items":[]}' . "\n" : $verb eq 'ps' ? "CONTAINER IMAGE CREATED STATE NAME\n" : "POD-ID CREATED STATE NAME\n" }
    elsif ( $verb eq 'info' ) { print '{"status":{"conditions":[{"type":"RuntimeReady","status":true}]}}', "\n" }
    else { refuse("crictl: stand-in: $verb is not imitated") }
}
