# `k3s server`: starts or joins a cluster, then serves it; one loop, one process.
our ( $ready_at, %applied, $listener, $registered );

sub run_server {
    read_config( 'server', @_ );
    $me = node_name();
    return cluster_reset() if is_on('cluster-reset');
    make_dir( $_, 0700 ) for map { "$DATA/server/$_" } qw(tls/etcd cred manifests db/etcd db/snapshots static);
    my $port = $conf{'https-listen-port'} // 6443;
    $listener = IO::Socket::INET->new( LocalPort => $port, Listen => 64, ReuseAddr => 1 )
        or fatal("listen tcp :$port: bind: \l$!");
    my %self = ( ip => node_ip(), port => $port );

    if    ( load_db() )    { resume_cluster() }
    elsif ( $conf{server} ) { enter_cluster( \%self ) }
    else                   { init_cluster( \%self ) }
    write_server_files($port);
    start_node();
    note('Running kube-apiserver (stand-in)');
    $ready_at = time + ( $ENV{STAND_IN_FAST} ? 0 : $conf{server} ? 4 : 3 );
    serve_forever();
}

sub critical_settings {
    join ' ', map { my $v = $conf{$_} // ''; "$_=" . ( ref $v ? join ',', sort @$v : $v ) }
        qw(cluster-cidr service-cidr cluster-dns cluster-domain disable embedded-registry flannel-backend
        secrets-encryption agent-token);
}

sub init_cluster {
    my ($self) = @_;
    my $token = $conf{token} // random_hex(16);
    fatal('starting kubernetes: preparing server: failed to normalize server token; must be in format K10<CA-HASH>::<USERNAME>:<PASSWORD> or <PASSWORD>')
        if $token =~ /^K10/;
    my $ca = "-----BEGIN CERTIFICATE-----\n" . random_hex(32) . "\n-----END CERTIFICATE-----\nstand-in\n";
    spew( "$DATA/server/tls/server-ca.crt", $ca, 0644 );
    my ($hash) = `sha256sum '$DATA/server/tls/server-ca.crt'` =~ /^([0-9a-f]{64})/;
    %db = (
        'cluster/token' => $token, 'cluster/agent-token' => $conf{'agent-token'} // $token,
        'cluster/admin' => random_hex(24), 'cluster/ca' => $ca, 'cluster/ca-hash' => $hash,
        'cluster/datastore' => is_on('cluster-init') ? 'etcd' : 'sqlite',
        'cluster/critical' => critical_settings(), 'cluster/leader' => $me,
        ( map { ( "ns/$_" => time ) } qw(default kube-system kube-public kube-node-lease) ),
        ( map { ( "member/$me/$_->[0]" => $_->[1] ) } [ order => 1 ], [ state => 'voter' ], %$self ? map { [ $_, $self->{$_} ] } keys %$self : () ),
    );
    $db{'cluster/no-traefik'} = 1 if grep { $_ eq 'traefik' } @{ $conf{disable} // [] };
    save_db();
    $leading = 1;
}

# What is on disk decides, not `server` or `cluster-init`.
sub resume_cluster {
    if ( defined $conf{token} ) {
        fatal('starting kubernetes: preparing server: bootstrap data already found and encrypted with different token')
            if who_asks( $conf{token} ) ne 'server';
    }
    $db{'cluster/datastore'} = 'etcd' if is_on('cluster-init');
    # it may be changed: on all servers, with a restart of each
    if ( defined $conf{'agent-token'} ) {
        $db{'cluster/agent-token'} = $conf{'agent-token'};
        $db{'cluster/critical'}    = critical_settings();
    }
    for my $other ( grep { $_->{name} ne $me } members() ) { return if copy_state_from($other) }
    $leading = $db{'cluster/leader'} eq $me || 1 == members();
}

sub enter_cluster {
    my ($self) = @_;
    my ($address) = $conf{server} =~ m{^https://([^/]+)};
    $address .= ':6443' if $address !~ /:\d+$/;
    fatal('starting kubernetes: preparing server: token is required to join a cluster') unless $conf{token};
    my $lost = 'starting kubernetes: preparing server:';
    my ( $code, $ca ) = call( $address, 'cacerts', '', '' );
    fatal(qq($lost failed to get CA certs: Get "https://$address/cacerts": dial tcp $address: connect: $ca)) unless $code;
    spew( "$DATA/server/tls/server-ca.crt", $ca, 0644 );
    check_ca_hash($lost);
    my @fields = ( %{ { node_facts(), %$self } }, critical => critical_settings() );
    my @lines;
    while ( my ( $key, $value ) = splice @fields, 0, 2 ) { push @lines, [ $key, $value ] }
    my ( $status, $text ) = call( $address, 'join', $conf{token}, encode_lines( @lines, node_marks('server') ) );
    fatal("$lost https://$address/v1-k3s/server-bootstrap: 401 Unauthorized") if $status == 401;
    fatal( rejected() ) if $status == 403;
    fatal("ETCD join failed: $text") if $status == 412;
    fatal("$lost $text") if $status != 200;
    note("Adding member $me to etcd cluster (stand-in)");
    take_state($text);
}

sub check_ca_hash {
    my ($lost) = @_;
    my ($wanted) = ( $conf{token} // '' ) =~ /^K10([0-9a-f]+)::/ or return;
    my ($hash) = `sha256sum '$DATA/server/tls/server-ca.crt'` =~ /^([0-9a-f]{64})/;
    fatal("$lost token CA hash does not match the Cluster CA certificate hash: $wanted != $hash") if $wanted ne $hash;
}

sub is_ready {
    return 0 if time < ( $ready_at // ~0 );
    return has_quorum() if $leading;
    return ( $db{"member/$me/state"} // '' ) eq 'voter' && time - ( $leader_answered // 0 ) < $GONE;
}

sub serve_forever {
    my $select = IO::Select->new($listener);
    my ( $ticks, $last ) = ( 0, 0 );
    while (1) {
        serve_one( scalar $listener->accept ) if $select->can_read(1);
        next if time == $last;
        $last = time;
        if ( $leading && !defined $db{"member/$me/state"} ) { step_down() }
        follow() unless $leading;
        $registered ||= register_self();
        if ( is_ready() ) {
            $seen{$me} = time if $leading && defined $db{"node/$me/role"};
            apply_manifests();
            if ( !$ready ) { $ready = 1; notify_ready(); note('k3s is up and running (stand-in)') }
        }
        keep_node( node_news(), $ticks++ );
    }
}

# At each start: the version may be another one than before.
sub register_self {
    my %facts = ( node_facts(), role => 'server' );
    my @lines = ( ( map { [ $_, $facts{$_} ] } keys %facts ), node_marks('server') );
    my ($status) =
        $leading ? add_node( \%facts, \@lines, 'server' ) : call_leader( 'register', encode_lines(@lines) );
    fatal( rejected() ) if $status == 403;
    return $status == 200;
}

sub put_changes {
    return $leading ? change_db(@_) : 200 == ( call_leader( 'put', encode_lines(@_) ) )[0];
}

sub apply_manifests {
    for my $file ( glob "$DATA/server/manifests/*.yaml $DATA/server/manifests/*.yml" ) {
        my @stat = stat $file or next;
        my $stamp = "$stat[7] $stat[9] $stat[1]";
        next if ( $applied{$file} // '' ) eq $stamp;
        my @objects = eval { parse_manifest( slurp($file) // '' ) };
        note( "Failed to process config: failed to process $file: $@", 'error' ) if $@;
        $applied{$file} = $stamp if $@ || put_changes( map { @{ $_->{changes} } } @objects );
    }
}
