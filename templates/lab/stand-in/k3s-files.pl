# What a server leaves on disk besides its state, and what it tells systemd.

sub write_server_files {
    my ($port) = @_;
    my $full = "K10$db{'cluster/ca-hash'}::server:$db{'cluster/token'}\n";
    spew( "$DATA/server/tls/server-ca.crt", $db{'cluster/ca'}, 0644 );
    spew( "$DATA/server/tls/$_", "stand-in\n" ) for qw(server-ca.key client-ca.crt client-ca.key client-admin.crt
        client-admin.key etcd/server-ca.crt etcd/client.crt etcd/client.key);
    spew( "$DATA/server/cred/passwd", "stand-in\n" );
    spew( "$DATA/server/token", $full );
    link_to( "$DATA/server/token", "$DATA/server/node-token" );
    if ( $db{'cluster/agent-token'} eq $db{'cluster/token'} ) { link_to( "$DATA/server/token", "$DATA/server/agent-token" ) }
    else {
        unlink "$DATA/server/agent-token";
        spew( "$DATA/server/agent-token", "K10$db{'cluster/ca-hash'}::node:$db{'cluster/agent-token'}\n" );
    }
    my %off = map { $_ => 1 } @{ $conf{disable} // [] };
    for my $component ( 'coredns', 'local-storage', 'traefik', 'rolebindings' ) {
        my $file = "$DATA/server/manifests/$component.yaml";
        if   ( $off{$component} ) { unlink $file }
        else                      { spew( $file, "# stand-in: nothing is deployed from this file\n" ) }
    }
    my $path = $conf{'write-kubeconfig'} // $KUBECONFIG;
    make_dir("$ETC/k3s");
    my $mode = $conf{'write-kubeconfig-mode'} // '0600';
    spew( $path, <<"END", oct $mode );
apiVersion: v1
kind: Config
# stand-in: this leads to no real Kubernetes
clusters:
- cluster:
    server: https://127.0.0.1:$port
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    token: $db{'cluster/admin'}
END
}

sub link_to { my ( $to, $path ) = @_; unlink $path; symlink $to, $path }

# systemd hears of it only when the cluster answers, as with Type=notify of the real one.
sub notify_ready {
    my $address = $ENV{NOTIFY_SOCKET} // return;
    $address =~ s/^@/\0/;
    socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or return;
    send $socket, "READY=1\n", 0, pack_sockaddr_un($address);
}

sub cluster_reset {
    fatal('cannot perform cluster-reset while server URL is set - remove server from configuration before resetting')
        if $conf{server};
    my $path = $conf{'cluster-reset-restore-path'};
    make_dir( "$DATA/server/db/etcd", 0700 );
    if ( defined $path ) {
        my $text = slurp($path) // fatal("etcd: snapshot path does not exist: $path");
        rename "$DATA/server/db/etcd", "$DATA/server/db/etcd-old-" . time;
        make_dir( "$DATA/server/db/etcd", 0700 );
        spew( state_file(), $text );
    }
    load_db() or fatal('etcd: no data to reset');
    delete @db{ grep { m{^member/} && !m{^member/\Q$me\E/} } keys %db };
    my %own = ( ip => node_ip(), port => 6443, order => 1, state => 'voter' );
    $db{"member/$me/$_"} //= $own{$_} for keys %own;
    $db{"member/$me/state"} = 'voter';
    $db{'cluster/leader'}   = $me;
    save_db();
    note('Managed etcd cluster membership has been reset, restart without --cluster-reset flag now. '
            . "Backup and delete $DATA/server/db on each peer etcd server and rejoin the nodes" );
    exit 0;
}
