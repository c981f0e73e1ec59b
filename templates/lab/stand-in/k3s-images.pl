# Images: names only. An archive is read as far as its list of names.

sub image_list { "$DATA/agent/containerd/stand-in-images" }
sub images     { grep { length } split /\n/, slurp( image_list() ) // '' }

sub add_images {
    my %all_images = map { $_ => 1 } images(), @_;
    make_dir( "$DATA/agent/containerd", 0700 );
    spew( image_list(), join '', map { "$_\n" } sort keys %all_images );
}

# Called at start, and by newer versions again and again; an unchanged archive is not read twice.
sub import_archives {
    for my $file ( glob "$DATA/agent/images/*.tar $DATA/agent/images/*.tar.* $DATA/agent/images/*.tgz $DATA/agent/images/*.tzst" ) {
        my @stat  = stat $file or next;
        my $stamp = "$stat[7] $stat[9]";
        next if ( $imported{$file} // '' ) eq $stamp;
        $imported{$file} = $stamp;
        note("Importing images from $file");
        add_images( names_in_archive($file) );
    }
}

# From docker-save's manifest.json or an OCI index.json; from the file's name where neither can be read.
sub names_in_archive {
    my ($file) = @_;
    my %unpack = ( gz => 'gzip -dc', tgz => 'gzip -dc', zst => 'zstd -dc --long=27', tzst => 'zstd -dc', bz2 => 'bzip2 -dc', xz => 'xz -dc' );
    my ($end) = $file =~ /\.(\w+)$/;
    ( my $quoted = $file ) =~ s/'/'\\''/g;
    my $in;
    if   ( my $program = $unpack{$end} ) { open $in, '-|', "$program '$quoted' 2>/dev/null" or return () }
    else                                 { open $in, '<:raw', $file                         or return () }
    binmode $in;
    my @names;
    while ( !@names && read( $in, my ($head), 512 ) == 512 ) {
        my ( $name, undef, undef, undef, $size ) = unpack 'Z100 a8 a8 a8 a12', $head;
        last if $name eq '';
        $size = oct( ( $size =~ /([0-7]+)/ )[0] // 0 );
        my $padded = int( ( $size + 511 ) / 512 ) * 512;
        if ( $name =~ m{^(\./)?manifest\.json$} ) {
            read $in, my ($text), $padded;
            for my $list ( $text =~ /"RepoTags"\s*:\s*\[([^\]]*)\]/g ) { push @names, $list =~ /"([^"]+)"/g }
        }
        elsif ( $name =~ m{^(\./)?index\.json$} ) {
            read $in, my ($text), $padded;
            push @names, $text =~ /"io\.containerd\.image\.name"\s*:\s*"([^"]+)"/g;
        }
        elsif ($padded) { seek $in, $padded, 1 or skip_bytes( $in, $padded ) }
    }
    close $in;
    ( my $fallback = $file ) =~ s{.*/|\.(tar|tgz|tzst)(\.\w+)?$}{}g;
    return map { full_name($_) } @names ? @names : "stand-in.invalid/$fallback:latest";
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
    socket my $socket, AF_UNIX, SOCK_STREAM, 0;
    return if connect $socket, pack_sockaddr_un($path);
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
        else { print "REF TYPE DIGEST SIZE PLATFORMS LABELS\n"; print "$_ stand-in - 0 B - -\n" for images() }
    }
    elsif ( $verb eq 'import' ) {
        for my $file (@plain) {
            my $path = $file eq '-' ? '/dev/stdin' : $file;
            refuse("ctr: open $file: no such file or directory") unless -e $path;
            my @names = names_in_archive($path);
            add_images(@names);
            print "unpacking $_ (sha256:stand-in)...done\n" for @names;
        }
    }
    elsif ( $verb =~ /^(rm|remove|delete|del)$/ ) {
        my %gone = map { $_ => 1 } @plain;
        spew( image_list(), join '', map { "$_\n" } grep { !$gone{$_} } images() );
        print "$_\n" for @plain;
    }
    elsif ( $verb eq 'tag' ) { add_images( $plain[-1] ); print "$plain[-1]\n" }
    else { refuse("ctr: stand-in: images $verb is not imitated") }
}

sub run_crictl {
    my ( $verb, @rest ) = grep { !/^(-r|--runtime-endpoint)$/ } @_;
    $verb //= '';
    if ( $verb =~ /^(--)?version$/ ) { print "crictl version $VERSION (stand-in)\n"; return }
    need_runtime('crictl');
    my $json = "@rest" =~ /(-o|--output)[ =]?json/;
    if ( $verb =~ /^(images|image|img)$/ ) {
        my @list = map { { id => 'sha256:stand-in', repoTags => [$_], repoDigests => [], size => '0', pinned => \'false' } } images();
        if    ($json)                       { print to_json( { images => \@list } ), "\n" }
        elsif ( grep { /^-q|--quiet$/ } @rest ) { print "sha256:stand-in\n" for @list }
        else { print "IMAGE TAG IMAGE-ID SIZE\n"; for ( images() ) { my ( $n, $t ) = /^(.*):([^:\/]+)$/; printf "%s %s stand-in 0B\n", $n // $_, $t // '' } }
    }
    elsif ( $verb =~ /^(ps|pods)$/ ) { print $json ? '{"containers":[],"items":[]}' . "\n" : $verb eq 'ps' ? "CONTAINER IMAGE CREATED STATE NAME\n" : "POD-ID CREATED STATE NAME\n" }
    elsif ( $verb eq 'info' ) { print '{"status":{"conditions":[{"type":"RuntimeReady","status":true}]}}', "\n" }
    else { refuse("crictl: stand-in: $verb is not imitated") }
}
