# The verbs of kubectl.

sub kube_get {
    my ( $what, @names ) = @_;
    refuse('error: You must specify the type of resource to get.') unless defined $what;
    return get_several( $what, @names ) if $what =~ /,/ || grep { m{/} } @names;
    if ( $what =~ m{^(\S+)/(\S+)$} ) { ( $what, @names ) = ( $1, $2, @names ) }
    my $kind = kind_of($what);
    my @list = objects_of($kind);
    my @missing;
    if (@names) {
        my %by_name = map { $_->{metadata}{name} => $_ } @list;
        @missing = grep { !$by_name{$_} } @names;
        @list = map { $by_name{$_} // () } @names;
    }
    my $output = $flag{output} // '';
    my $plural = $kind =~ /s$/ ? "${kind}es" : "${kind}s";
    if ( !@missing || @list ) {
        if ( $output eq 'json' ) {
            print to_json( @names == 1 ? $list[0] : { apiVersion => 'v1', kind => 'List', metadata => { resourceVersion => '' }, items => \@list } ), "\n"
                if @names != 1 || @list;
        }
        elsif ( $output eq 'name' ) { print "$kind/$_->{metadata}{name}\n" for @list }
        elsif ( $output eq '' || $output eq 'wide' ) { print_table( $kind, @list ) }
        else { refuse("error: stand-in: output format \"$output\" is not imitated") }
    }
    my $full = { deployment => 'deployments.apps' }->{$kind} // $plural;
    refuse( join "\n", map { qq(Error from server (NotFound): $full "$_" not found) } @missing ) if @missing && !$flag{'ignore-not-found'};
}

# `get nodes,leases` and `get node/x lease/x`, as JSON only.
sub get_several {
    my @wanted = map { m{^(\S+)/(\S+)$} ? [ $1, $2 ] : map { [$_] } split /,/ } @_;
    my ( @list, @missing );
    for (@wanted) {
        my ( $what, $name ) = @$_;
        my $kind = kind_of($what);
        my @found = grep { !defined $name || $_->{metadata}{name} eq $name } objects_of($kind);
        push @missing, qq(Error from server (NotFound): ${kind}s "$name" not found) if defined $name && !@found;
        push @list, @found;
    }
    refuse('error: stand-in: several kinds are shown as JSON only') if ( $flag{output} // '' ) ne 'json';
    print to_json( { apiVersion => 'v1', kind => 'List', metadata => { resourceVersion => '' }, items => \@list } ), "\n" if @list;
    refuse( join "\n", @missing ) if @missing;
}

sub print_table {
    my ( $kind, @list ) = @_;
    if ( !@list ) { print STDERR 'No resources found', $flag{'all-namespaces'} ? '' : ' in ' . ( $flag{namespace} // 'default' ) . ' namespace.', "\n"; return }
    my $line = "%-28s %-28s %-30s %s\n";
    printf $line, 'NAME', 'STATUS', $kind eq 'node' ? 'ROLES' : 'NAMESPACE', $kind eq 'node' ? 'VERSION' : 'NODE' unless $flag{'no-headers'};
    for (@list) {
        my $name = $_->{metadata}{name};
        if ( $kind eq 'node' ) {
            my $state = ( node_is_ready($name) ? 'Ready' : 'NotReady' ) . ( $all{"node/$name/cordoned"} ? ',SchedulingDisabled' : '' );
            my $roles = join ',', sort map { m{^node-role\.kubernetes\.io/(.*)} ? $1 : () } keys %{ $_->{metadata}{labels} };
            printf $line, $name, $state, $roles || '<none>', $all{"node/$name/version"} . ' (stand-in)';
        }
        else { printf $line, $name, $_->{status}{phase} // '-', $_->{metadata}{namespace} // '-', $_->{spec}{nodeName} // '-' }
    }
}

sub kube_delete {
    my ( $what, @names ) = @_;
    if ( defined $flag{filename} ) {
        for my $object ( parse_manifest( read_input() ) ) {
            change( [ del => "object/$object->{kind}/$object->{space}/$object->{name}" ] );
            print qq($object->{label} "$object->{name}" deleted\n);
        }
        return;
    }
    if ( ( $what // '' ) =~ m{^(\S+)/(\S+)$} ) { ( $what, @names ) = ( $1, $2, @names ) }
    my $kind = kind_of( $what // refuse('error: You must provide one or more resources') );
    for my $name (@names) {
        if ( $kind eq 'node' ) {
            if ( !defined $all{"node/$name/role"} && $flag{'ignore-not-found'} ) { next }
            need_node($name);
            # A server's etcd member goes with its node; so does the node password.
            change( [ del => "node/$name/" ], [ del => "member/$name/" ] );
            # as the real one waits for finalizers
            refuse("error: timed out waiting for the condition on nodes/$name") unless wait_until( 15, sub { !defined $all{"node/$name/role"} } );
        }
        elsif ( $kind eq 'namespace' ) {
            refuse(qq(Error from server (NotFound): namespaces "$name" not found)) unless defined $all{"ns/$name"} || $flag{'ignore-not-found'};
            change( ( map { [ del => "$_/$name/" ] } qw(release workload served) ), [ del => "ns/$name" ], map { m{^object/[^/]+/\Q$name\E/} ? [ del => $_ ] : () } keys %all );
        }
        elsif ( $kind eq 'secret' && $name =~ /^sh\.helm\.release\.v1\.(.+)\.v(\d+)$/ ) {
            my $release = 'release/' . ( $flag{namespace} // 'default' ) . "/$1/$2/";
            refuse(qq(Error from server (NotFound): secrets "$name" not found)) unless grep { index( $_, $release ) == 0 } keys %all;
            change( [ del => $release ] );
        }
        else {
            my ($key) = grep { m{^object/\Q$kind\E/[^/]*/\Q$name\E$} } keys %all;
            if ( !$key ) { next if $flag{'ignore-not-found'}; refuse(qq(Error from server (NotFound): ${kind}s "$name" not found)) }
            change( [ del => $key ] );
        }
        print qq($kind "$name" deleted\n);
    }
}

sub read_input {
    my $path = $flag{filename};
    if ( $path eq '-' ) { local $/; return scalar <STDIN> }
    return slurp($path) // refuse(qq(error: the path "$path" does not exist));
}

sub kube_apply {
    refuse('error: must specify one of -f and -k') unless defined $flag{filename};
    my @objects = eval { parse_manifest( read_input() ) };
    refuse("error: error parsing $flag{filename}: $@") if $@;
    refuse('error: no objects passed to apply') unless @objects;
    for my $object (@objects) {
        my $key = "object/$object->{kind}/$object->{space}/$object->{name}";
        my $word = !exists $all{$key} ? 'created' : $all{$key} eq $object->{changes}[0][2] ? 'unchanged' : 'configured';
        change( @{ $object->{changes} } ) unless ( $flag{'dry-run'} // 'none' ) ne 'none';
        print "$object->{label}/$object->{name} $word\n";
    }
}

sub kube_create {
    my ( $kind, $name ) = @_;
    return kube_apply() if defined $flag{filename};
    refuse('error: stand-in: only namespaces can be created so') unless kind_of($kind) eq 'namespace' && defined $name;
    refuse(qq(Error from server (AlreadyExists): namespaces "$name" already exists)) if defined $all{"ns/$name"};
    change( [ set => "ns/$name", time ] );
    print "namespace/$name created\n";
}

