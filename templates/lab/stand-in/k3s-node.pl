# What server and agent do to their machine: the traces that a reset has to remove.
our $runtime_socket;

sub node_facts {
    my $file = "$ETC/node/password";
    make_dir("$ETC/node");
    spew( $file, random_hex(16) . "\n" ) unless -e $file;
    ( my $password = slurp($file) ) =~ s/\s+$//;
    my @uname = POSIX::uname();
    my ($os) = ( slurp('/etc/os-release') // '' ) =~ /^PRETTY_NAME="?([^"\n]*)/m;
    my %arch = ( x86_64 => 'amd64', aarch64 => 'arm64' );
    return (
        name => $me, ip => node_ip(), version => $VERSION, password => $password,
        os => $os // 'Linux', kernel => $uname[2], arch => $arch{ $uname[4] } // 'arm',
    );
}

# Labels and taints count only when the node registers for the first time, as with the real kubelet.
sub node_marks {
    my ($role) = @_;
    my %facts = node_facts();
    my %label = ( ( map { my $p = $_; map { ( "$p/os" => 'linux', "$p/arch" => $facts{arch} ) } $p } 'kubernetes.io' ),
        'kubernetes.io/hostname' => $me, 'node.kubernetes.io/instance-type' => 'k3s' );
    if ( $role eq 'server' ) {
        $label{"node-role.kubernetes.io/$_"} = 'true' for 'control-plane',
            $MINOR < 34 ? 'master' : (), $conf{server} || is_on('cluster-init') ? 'etcd' : ();
    }
    for ( @{ $conf{'node-label'} // [] } ) { $label{$1} = $2 if /^([^=]+)=(.*)$/ }
    return ( ( map { [ "label/$_", $label{$_} ] } keys %label ),
        map { /^([^=:]+)(?:=([^:]*))?:(\w+)$/ ? [ "taint/$1:$3", $2 // '' ] : () } @{ $conf{'node-taint'} // [] } );
}

sub start_node {
    make_dir( "$DATA/agent/$_", 0700 ) for qw(containerd etc/containerd etc/cni/net.d images pod-manifests);
    make_dir("$ROOT$_") for '/run/k3s/containerd', '/run/k3s/stand-in', '/var/lib/kubelet/pods', '/var/lib/cni/networks',
        '/run/flannel', '/var/log/pods';
    spew( "$DATA/agent/etc/containerd/config.toml", "# stand-in\n", 0644 );
    my $path = "$ROOT/run/k3s/containerd/containerd.sock";
    unlink $path;
    socket $runtime_socket, AF_UNIX, SOCK_STREAM, 0;
    bind $runtime_socket, pack_sockaddr_un($path) and listen $runtime_socket, 128;
    import_archives(1);
    leave_traces() if $ROOT eq '';
}

# Links, chains and mounts; each only if it is not there yet, for a restart finds those of before.
sub leave_traces {
    my $number = $db{"node/$me/number"} // 0;
    my $device = $conf{'flannel-iface'} // ( `ip -4 route show default 2>/dev/null` =~ /dev (\S+)/ ? $1 : 'eth0' );
    if ( !-e '/sys/class/net/flannel.1' ) {
        quiet( qw(ip link add flannel.1 type vxlan id 1 dstport 8472 nolearning dev), $device )
            and quiet(qw(ip link add flannel.1 type dummy));
        quiet( qw(ip addr add), "10.42.$number.0/32", qw(dev flannel.1) );
        quiet(qw(ip link set flannel.1 up));
    }
    if ( !-e '/sys/class/net/cni0' ) {
        quiet(qw(ip link add cni0 type bridge)) and quiet(qw(ip link add cni0 type dummy));
        quiet( qw(ip addr add), "10.42.$number.1/24", qw(dev cni0) );
        quiet(qw(ip link set cni0 up));
    }
    for my $table ( [ filter => 'INPUT', 'KUBE-FIREWALL' ], [ filter => 'FORWARD', 'KUBE-FORWARD' ],
        [ nat => 'PREROUTING', 'KUBE-SERVICES' ], [ nat => 'OUTPUT', 'CNI-HOSTPORT-DNAT' ] ) {
        my ( $name, $from, $chain ) = @$table;
        quiet( qw(iptables -w -t), $name, '-N', $chain ) and next;
        quiet( qw(iptables -w -t), $name, '-A', $from, qw(-m comment --comment stand-in -j), $chain );
    }
    for my $path ( '/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/stand-in/rootfs',
        '/var/lib/kubelet/pods/stand-in/volumes/kubernetes.io~projected/token' ) {
        make_dir($path);
        quiet( qw(mount -t tmpfs -o size=64k tmpfs), $path ) if ( slurp('/proc/mounts') // '' ) !~ / \Q$path\E /;
    }
}

# Called each second or so: tells the imitation of Traefik what to serve, and looks for new image archives.
sub keep_node {
    my ( $news, $ticks ) = @_;
    my $file = "$ROOT/run/k3s/stand-in/traefik.conf";
    if ( $news ne ( slurp($file) // '' ) ) {
        make_dir("$ROOT/run/k3s/stand-in");
        spew( $file, $news );
    }
    hang_up();
    start_shim() if $ready && $ticks % 3 == 0;
    import_archives() if watches() && $ticks % 3 == 0;
}

# Programs only ask whether the runtime's socket is there; those in its queue would keep later ones from connecting.
sub hang_up {
    vec( my $bits = '', fileno $runtime_socket, 1 ) = 1;
    while ( select( my $ready_bits = $bits, undef, undef, 0 ) > 0 ) { accept( my $program, $runtime_socket ); close $program }
}

# The shim outlives its unit, as containerd's do; it is started only where none runs.
sub start_shim {
    1 while waitpid( -1, POSIX::WNOHANG() ) > 0;
    my $pid_file = "$ROOT/run/k3s/stand-in/shim.pid";
    my $pid = slurp($pid_file) // 0;
    return if $pid && ( slurp("/proc/$pid/cmdline") // '' ) =~ /containerd-shim/;
    my $bin = "$DATA/data/stand-in/bin";
    make_dir($bin);
    $pid = fork // return;
    if ( $pid == 0 ) {
        close $listener if $listener;
        close $runtime_socket if $runtime_socket;
        POSIX::setsid();
        delete $ENV{NOTIFY_SOCKET};
        $0 = "$bin/containerd-shim-runc-v2 -namespace k8s.io -id stand-in -address /run/k3s/containerd/containerd.sock";
        run_web("$ROOT/run/k3s/stand-in/traefik.conf");
        POSIX::_exit(0);
    }
    spew( $pid_file, $pid );
}
