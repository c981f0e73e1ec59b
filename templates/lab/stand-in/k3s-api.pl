# The stand-in API server: answers one request at a time over plain HTTP on the API port.

sub who_asks {
    my ($token) = @_;
    return 'admin' if $token eq ( $db{'cluster/admin'} // "\0" );
    my ( $hash, $password ) = $token =~ /^K10([0-9a-f]*)::(?:[^:]*:)?(.*)$/s ? ( $1, $2 ) : ( '', $token );
    return '' if $hash ne '' && $hash ne $db{'cluster/ca-hash'};
    return 'server' if $password eq $db{'cluster/token'};
    return 'agent'  if $password eq $db{'cluster/agent-token'};
    my ($id) = $password =~ /^([a-z0-9]{6})\.[a-z0-9]{16}$/ or return '';
    return ( $db{"bootstrap/$id"} // '' ) eq $password ? 'agent' : '';
}

sub handle {
    my ( $path, $token, $body, $forwarded ) = @_;
    return ( 200, "ok" ) if $path =~ m{^(ping|livez|healthz)};
    return ( 200, $db{'cluster/ca'} ) if $path eq 'cacerts';
    return is_ready() ? ( 200, 'ok' ) : ( 500, "[-]etcd failed: reason withheld\nreadyz check failed" )
        if $path =~ /^readyz/;
    my $who = who_asks($token) or return ( 401, 'Unauthorized' );

    # a leader that was deleted has nothing to say any more
    return ( 503, 'etcdserver: no leader' ) if $forwarded && $path ne 'state' && !defined $db{"member/$me/state"};
    return ( 503, 'not the leader' ) if !$leading && ( $path eq 'state' || $forwarded );
    if ( !$leading ) {
        my ($leader) = grep { $_->{name} eq ( $db{'cluster/leader'} // '' ) } members();
        if ( $leader && $leader->{name} ne $me ) {
            my ( $status, $text ) =
                call( member_address($leader), $path, $token, $body, forwarded => 1, seconds => 2 );
            return ( $status, $text ) if $status && $status != 503;
        }
        return ( 503, 'etcdserver: no leader' ) if $path ne 'get';
    }

    my @lines = decode_lines($body);
    my %field = map { ( $_->[0] // '' ) => $_->[1] // '' } @lines;
    if ( $path eq 'get' ) { return ( 200, read_prefixes( map { $_->[0] // '' } @lines ) ) }
    # Copying the state shows that a member lives: it must not need a quorum.
    if ( $path eq 'state' ) { return $who eq 'server' ? give_state( \%field ) : ( 403, 'Forbidden' ) }
    return ( 503, 'etcdserver: request timed out' ) unless has_quorum();
    if ( $path eq 'put' ) {
        return ( 403, 'Forbidden' ) if $who eq 'agent';
        # The only server stays a member, whatever happens to its node.
        @lines = grep { !( $_->[0] eq 'del' && $_->[1] eq "member/$me/" ) } @lines
            unless grep { $_->{state} eq 'voter' && $_->{name} ne $me } members();
        return change_db(@lines) ? ( 200, 'ok' ) : ( 409, 'the object has been modified' );
    }
    my $role = $who eq 'server' && ( $field{role} // '' ) eq 'server' ? 'server' : 'agent';
    return add_node( \%field, \@lines, $role ) if $path eq 'register';
    return beat( \%field ) if $path eq 'heartbeat';
    return ( 403, 'Forbidden' ) if $who ne 'server';
    return join_member( \%field, \@lines ) if $path eq 'join';
    return ( 404, '404 page not found' );
}

sub read_prefixes {
    my @found;
    for my $prefix (@_) {
        push @found, map { [ $_, $db{$_} ] } grep { index( $_, $prefix ) == 0 } keys %db;
        push @found, map { [ "\@seen/$_", $seen{$_} ] } keys %seen if index( '@seen/', $prefix ) == 0;
    }
    return encode_lines(@found);
}

# A node of the name is another machine unless it knows the password that the first one left.
sub add_node {
    my ( $field, $lines, $role ) = @_;
    my $node = "node/$field->{name}";
    my $known = $db{"$node/password"};
    return ( 403, 'Forbidden' ) if defined $known && $known ne $field->{password};
    my @changes = map { [ set => "$node/$_", $field->{$_} ] } qw(ip version os kernel arch password);
    push @changes, [ set => "$node/role", $role ];
    if ( !defined $known ) {
        my $number = 0;
        $number++ while grep { $db{$_} eq $number } grep { m{^node/[^/]+/number$} } keys %db;
        push @changes, [ set => "$node/number", $number ], [ set => "$node/created", time ];
        push @changes, map { [ set => "$node/$_->[0]", $_->[1] ] } grep { $_->[0] =~ m{^(label|taint)/} } @$lines;
    }
    change_db(@changes);
    return ( 200, encode_lines( [ number => $db{"$node/number"} ] ) . node_news() );
}

sub beat {
    my ($field) = @_;
    return ( 404, 'node not found' ) unless defined $db{"node/$field->{name}/role"};
    $seen{ $field->{name} } = time;
    return ( 200, node_news() );
}

sub join_member {
    my ( $field, $lines ) = @_;
    my $name = $field->{name};
    return ( 400, 'etcd disabled' ) if $db{'cluster/datastore'} ne 'etcd';
    return ( 400, "critical configuration value mismatch between servers: $field->{critical}" )
        if $field->{critical} ne $db{'cluster/critical'};
    my $known = $db{"node/$name/password"};
    return ( 403, 'Forbidden' ) if defined $known && $known ne $field->{password};
    my @learners = grep { $_->{state} eq 'learner' && $_->{name} ne $name } members();
    for ( grep { time - $_->{since} > 60 } @learners ) { change_db( [ del => "member/$_->{name}/" ] ) }
    return ( 412, 'etcdserver: too many learner members in cluster' ) if grep { time - $_->{since} <= 60 } @learners;

    my $order = 1 + ( sort { $b <=> $a } map { $_->{order} } members() )[0];
    my %member = ( ip => $field->{ip}, port => $field->{port}, order => $order, state => 'learner', since => time );
    change_db( map { [ set => "member/$name/$_", $member{$_} ] } keys %member );
    my ( $status, $text ) = add_node( $field, $lines, 'server' );
    return ( $status, $text ) if $status != 200;
    return ( 200, whole_state() );
}

sub whole_state {
    return encode_lines( ( map { [ $_, $db{$_} ] } keys %db ), ( map { [ "\@seen/$_", $seen{$_} ] } keys %seen ),
        ( map { [ "\@alive/$_", $alive{$_} ] } keys %alive ) );
}

# A server copies the state, and that shows that it lives; one that keeps up becomes a voter.
sub give_state {
    my ($field) = @_;
    my $member = "member/$field->{name}";
    return ( 410, 'node has been deleted from the cluster' ) unless defined $db{"$member/state"};
    $alive{ $field->{name} } = time;
    $seen{ $field->{name} }  = time if $field->{ready};
    if ( $db{"$member/state"} eq 'learner' && has_quorum() && time - $db{"$member/since"} >= 2 ) {
        note("Promoted learner $field->{name}");
        change_db( [ set => "$member/state", 'voter' ] );
    }
    return ( 200, whole_state() );
}

sub serve_one {
    my ($socket) = @_;
    return unless $socket;
    eval {
        local $SIG{ALRM} = sub { die "slow\n" };
        local $SIG{PIPE} = 'IGNORE';
        alarm 3;
        my $first = <$socket> // '';
        my ($path) = $first =~ m{^(?:GET|POST) /(\S*) HTTP/} or die "no HTTP\n";
        my %header;
        while ( defined( my $line = <$socket> ) ) {
            last if $line =~ /^\r?\n$/;
            $header{ lc $1 } = $2 if $line =~ /^([\w-]+):\s*(.*?)\r?\n$/;
        }
        my $body = '';
        read $socket, $body, $header{'content-length'} if $header{'content-length'};
        my ($token) = ( $header{authorization} // '' ) =~ /^Bearer (.*)$/;
        alarm 8;
        my ( $status, $text ) = handle( $path, $token // '', $body, $header{'x-forwarded'} );
        print {$socket} "HTTP/1.0 $status stand-in\r\nContent-Type: text/plain\r\nContent-Length: ",
            length $text, "\r\n\r\n", $text;
        alarm 0;
    };
    alarm 0;
    close $socket;
}
