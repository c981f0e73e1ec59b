# The verbs of kubectl about nodes, and those that wait.

sub kube_label {
    my ( $kind, $name, @labels ) = @_;
    if ( $kind =~ m{^(\S+)/(\S+)$} ) { unshift @labels, $name if defined $name; ( $kind, $name ) = ( $1, $2 ) }
    refuse('error: stand-in: only nodes can be labelled') if kind_of($kind) ne 'node';
    need_node($name);
    for (@labels) {
        if ( my ($gone) = /^([^=]+)-$/ ) { change( [ del => "node/$name/label/$gone" ] ); next }
        my ( $key, $value ) = split /=/, $_, 2;
        my $is = $all{"node/$name/label/$key"};
        refuse(qq(error: '$key' already has a value ($is), and --overwrite is false)) if defined $is && $is ne $value && !$flag{overwrite};
        change( [ set => "node/$name/label/$key", $value ] );
    }
    print "node/$name labeled\n";
}

sub kube_taint {
    my ( undef, $name, @taints ) = @_;
    need_node($name);
    for (@taints) {
        if    (/^([^=:]+)(?::(\w+))?-$/)      { change( [ del => "node/$name/taint/$1:" . ( $2 // '' ) ] ) }
        elsif (/^([^=:]+)(?:=([^:]*))?:(\w+)$/) { change( [ set => "node/$name/taint/$1:$3", $2 // '' ] ) }
    }
    print "node/$name tainted\n";
}

sub cordon {
    my ( $on, @names ) = @_;
    for my $name ( map { s{^node/}{}r } @names ) {
        need_node($name);
        my $word = $on ? 'cordoned' : 'uncordoned';
        my $is = $all{"node/$name/cordoned"} ? 1 : 0;
        if ( $is == $on ) { print "node/$name already $word\n"; next }
        change( $on ? [ set => "node/$name/cordoned", 1 ] : [ del => "node/$name/cordoned" ] );
        print "node/$name $word\n";
    }
}

sub drain {
    my @names = map { s{^node/}{}r } @_;
    cordon( 1, @names );
    for my $name (@names) {
        refuse("error: unable to drain node \"$name\" due to error: cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): kube-system/svclb-traefik-stand-$name")
            if !$flag{'ignore-daemonsets'} && !$all{'cluster/no-traefik'};
        select undef, undef, undef, 1;
        print "node/$name drained\n";
    }
}

# Looks each second until the condition holds or the time is over.
sub wait_until {
    my ( $limit, $test ) = @_;
    for ( my $end = time + $limit ; ; select undef, undef, undef, 1 ) {
        refresh();
        return 1 if $test->();
        return 0 if time >= $end;
    }
}

sub rollout {
    my ( $verb, @targets ) = @_;
    my $space = $flag{namespace} // 'default';
    for ( my $n = 0 ; $n < @targets ; $n++ ) {
        my $name = $targets[$n] =~ m{/(.+)} ? $1 : $targets[ ++$n ] // '';
        my $is_there = sub { grep { $_->[0] eq $space && $_->[1] eq $name } deployments() };
        refuse(qq(Error from server (NotFound): deployments.apps "$name" not found)) unless $is_there->();
        if ( $verb ne 'status' ) { print "deployment.apps/$name restarted\n"; next }
        refuse('error: timed out waiting for the condition')
            unless wait_until( seconds_of( $flag{timeout} // '600s' ), sub { $is_there->() && defined place_for_pods() } );
        print qq(deployment "$name" successfully rolled out\n);
    }
}

sub kube_wait {
    my @targets = @_;
    my ($condition) = ( $flag{for} // '' ) =~ /^condition=(\w+)/i;
    my $kind = kind_of( $targets[0] =~ m{^([^/]+)/} ? $1 : shift @targets );
    my @names = map { s{^[^/]+/}{}r } @targets;
    my $met = sub {
        my %wanted = map { $_ => 1 } @names;
        my @list = grep { !@names || $wanted{ $_->{metadata}{name} } } objects_of($kind);
        return @list == 0 if ( $flag{for} // '' ) eq 'delete';
        return 0 if !@list || @list < @names;
        return !grep { my $o = $_; $kind eq 'deployment' ? !defined place_for_pods()
                : !grep { lc $_->{type} eq lc $condition && $_->{status} eq 'True' } @{ $o->{status}{conditions} // [] } } @list;
    };
    refuse("error: timed out waiting for the condition on $kind" . ( @names ? "s/$names[0]" : 's' ))
        unless wait_until( seconds_of( $flag{timeout} // '30s' ), $met );
    print "$kind/$_->{metadata}{name} condition met\n" for grep { my $n = $_->{metadata}{name}; !@names || grep { $_ eq $n } @names } objects_of($kind);
}
