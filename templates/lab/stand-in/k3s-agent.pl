# `k3s agent`: registers with a server, then reports every three seconds that it lives.

our $answering;

sub run_agent {
    read_config( 'agent', @_ );
    $me = node_name();
    fatal('--token is required') unless length( $conf{token} // '' );
    fatal('--server is required') unless $conf{server};
    my ($first) = $conf{server} =~ m{^https://([^/]+)};
    $first .= ':6443' if $first !~ /:\d+$/;
    my $known = "$DATA/agent/etc/k3s-agent-load-balancer.json";
    my @servers = ( $first, ( slurp($known) // '' ) =~ /"([^"]+:\d+)"/g );

    register_agent( \@servers );
    write_kubeconfig($first);
    start_node();
    note('Running kubelet (stand-in)');
    select undef, undef, undef, $ENV{STAND_IN_FAST} ? 0.1 : 2;
    my ( $ticks, $lost_at, $news ) = ( 0, undef, '' );
    while (1) {
        my ( $status, $text ) = ask_servers( \@servers, 'heartbeat', encode_lines( [ name => $me ] ) );
        if ( $status == 200 ) {
            $news    = $text;
            write_kubeconfig($answering);
            $lost_at = undef;
            my @now = map { $_->[1] } grep { $_->[0] eq 'server' } decode_lines($news);
            @servers = ( $first, grep { $_ ne $first } @now );
            my $list = to_json( { ServerURL => $conf{server}, ServerAddresses => \@now } );
            spew( $known, $list, 0644 ) if $list ne ( slurp($known) // '' );
            if ( !$ready ) { $ready = 1; notify_ready(); note('k3s agent is up and running (stand-in)') }
        }
        elsif ( $status == 404 ) {
            # Somebody deleted this node; after a while it comes back as long as nobody stops it.
            $lost_at //= time;
            note( "nodes \"$me\" not found", 'error' );
            if ( time - $lost_at > 30 ) { register_agent( \@servers ); $lost_at = undef }
        }
        else { note( "failed to connect to server: $text", 'error' ) }
        keep_node( $news, $ticks );
        $ticks += 3;
        select undef, undef, undef, 3;
    }
}

sub register_agent {
    my ($servers) = @_;
    my %facts = node_facts();
    my $body = encode_lines( ( map { [ $_, $facts{$_} ] } keys %facts ), node_marks('agent') );
    while (1) {
        my ( $status, $text ) = ask_servers( $servers, 'register', $body );
        if ( $status == 200 ) {
            $db{"node/$me/number"} = $1 if $text =~ /^number\t(\d+)$/m;
            # From now on only servers of this cluster count, not one that made a new cluster with the same password.
            $conf{token} = "K10$1::node:$conf{token}" if $conf{token} !~ /^K10/ && $text =~ /^ca\t(\w+)$/m;
            return;
        }
        # The real agent keeps asking, by way of its own load balancer; the unit stays in "activating".
        note(
              $status == 403 ? rejected()
            : $status == 401 ? 'Failed to configure agent: failed to retrieve configuration from server: https://127.0.0.1:6444/v1-k3s/config: 401 Unauthorized'
            : $status == 0   ? 'failed to get CA certs: Get "https://127.0.0.1:6444/cacerts": read tcp 127.0.0.1:6444: connection reset by peer'
            : "Waiting to retrieve agent configuration; server is not ready: $text",
            'error'
        );
        select undef, undef, undef, 5;
    }
}

# With this the kubelet, and convecthub on an agent, ask for their own node. The real one leads to the agent's own load
# balancer, and by that to any server that answers.
sub write_kubeconfig {
    my ($server) = @_;
    my $text = "clusters:\n- cluster:\n    server: https://$server\nusers:\n- user:\n    token: $conf{token}\n";
    my $path = "$DATA/agent/kubelet.kubeconfig";
    spew( $path, $text ) if $text ne ( slurp($path) // '' );
}

sub ask_servers {
    my ( $servers, $path, $body ) = @_;
    my ( $status, $text ) = ( 0, 'no servers' );
    for my $server (@$servers) {
        my ( $s, $t ) = call( $server, $path, $conf{token}, $body );
        if ( $s && $s != 503 && $s != 401 ) { $answering = $server; return ( $s, $t ) }
        ( $status, $text ) = ( $s, $t ) if $server eq $servers->[0];
    }
    return ( $status, $text );
}

sub rejected {
    my $text = "Node password rejected, duplicate hostname or contents of '$ETC/node/password' may not match server "
        . 'node-passwd entry, try enabling a unique node name with the --with-node-id flag';
    return $MINOR >= 24 ? "Waiting to retrieve agent configuration; server is not ready: $text" : $text;
}
