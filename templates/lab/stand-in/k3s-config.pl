# Settings of `k3s server` and `k3s agent`: config.yaml, its drop-ins, arguments; unknown keys are refused.
our ($MINOR) = $VERSION =~ /^v1\.(\d+)/;
our ( %conf, %is_list );

$is_list{$_} = 1 for qw(tls-san cluster-cidr service-cidr cluster-dns disable kubelet-arg kube-proxy-arg
    kube-apiserver-arg kube-controller-manager-arg kube-scheduler-arg kube-cloud-controller-manager-arg etcd-arg
    node-ip node-external-ip node-label node-taint);

# Key, who knows it (b: both, s: server), and the minor version since which it exists.
our %keys = (
    ( map { $_ => [ b => 0 ] } qw(config data-dir debug v vmodule log alsologtostderr docker flannel-conf flannel-iface
        container-runtime-endpoint private-registry airgap-extra-registry pause-image snapshotter resolv-conf kubelet-arg
        kube-proxy-arg node-external-ip node-ip node-label node-name node-taint with-node-id
        image-credential-provider-bin-dir image-credential-provider-config protect-kernel-defaults selinux
        lb-server-port rootless server token token-file cluster-secret no-flannel disable-selinux) ),
    ( map { $_ => [ s => 0 ] } qw(advertise-address advertise-port agent-token agent-token-file bind-address
        cluster-cidr cluster-dns cluster-domain cluster-init cluster-reset cluster-reset-restore-path
        datastore-cafile datastore-certfile datastore-endpoint datastore-keyfile default-local-storage-path disable
        disable-agent disable-apiserver disable-cloud-controller disable-controller-manager disable-etcd
        disable-helm-controller disable-kube-proxy disable-network-policy disable-scheduler etcd-arg
        etcd-disable-snapshots etcd-expose-metrics etcd-s3 etcd-s3-access-key etcd-s3-bucket etcd-s3-endpoint
        etcd-s3-endpoint-ca etcd-s3-folder etcd-s3-region etcd-s3-secret-key etcd-s3-skip-ssl-verify
        etcd-snapshot-dir etcd-snapshot-name etcd-snapshot-retention etcd-snapshot-schedule-cron flannel-backend
        https-listen-port kube-apiserver-arg kube-cloud-controller-manager-arg kube-controller-manager-arg
        kube-scheduler-arg no-deploy secrets-encryption service-cidr service-node-port-range system-default-registry
        tls-san write-kubeconfig write-kubeconfig-mode) ),
    ( map { $_ => [ s => 22 ] } qw(egress-selector-mode etcd-snapshot-compress) ),
    ( map { $_ => [ s => 24 ] } qw(flannel-ipv6-masq flannel-external-ip servicelb-namespace) ),
    ( map { $_ => [ s => 26 ] } qw(embedded-registry helm-job-image tls-san-security) ),
    ( map { $_ => [ s => 29 ] } qw(etcd-s3-config-secret etcd-s3-proxy supervisor-metrics write-kubeconfig-group) ),
    'secrets-encryption-provider' => [ s => 33 ],
    'write-kubeconfig-name'       => [ s => 37 ],
    'prefer-bundled-bin'          => [ b => 23 ],
    ( map { $_ => [ b => 26 ] } qw(default-runtime disable-default-registry-endpoint disable-apiserver-lb vpn-auth
        vpn-auth-file image-service-endpoint enable-pprof bind-address) ),
    ( map { $_ => [ b => 31 ] } qw(node-internal-dns node-external-dns nonroot-devices) ),
);

sub fatal {
    my ($text) = @_;
    $text =~ s/(["\\])/\\$1/g;
    print STDERR 'time="' . iso(time) . qq(" level=fatal msg="$text"\n);
    exit 1;
}

sub note {
    my ( $text, $level ) = @_;
    $text =~ s/(["\\])/\\$1/g;
    print STDERR 'time="' . iso(time) . '" level=' . ( $level // 'info' ) . qq( msg="$text"\n);
}

sub set_key {
    my ( $role, $key, $value, $from_file ) = @_;
    my $append = $key =~ s/\+$//;
    my $known  = $keys{$key};
    if ( !$known || $known->[1] > $MINOR || ( $known->[0] eq 's' && $role eq 'agent' ) ) {
        print STDERR "Incorrect Usage: flag provided but not defined: -$key\n\n";
        fatal("flag provided but not defined: -$key");
    }
    my @values = map { ref $_ eq 'SCALAR' ? $$_ : $_ } ref $value eq 'ARRAY' ? @$value : $value;
    if ( $is_list{$key} ) { $conf{$key} = [ $append ? @{ $conf{$key} // [] } : (), map { split /,/ } @values ] }
    else                  { $conf{$key} = $values[-1] }
}

# Reads all settings into %conf; arguments win over drop-ins, drop-ins over the file.
sub read_config {
    my ( $role, @args ) = @_;
    my $file = $ENV{K3S_CONFIG_FILE} // "$ETC/k3s/config.yaml";
    for my $path ( $file, sort glob "$file.d/*.{yaml,yml}" ) {
        my $text = slurp($path);
        next unless defined $text;
        my $map = eval { parse_yaml($text) };
        fatal("yaml: $1") if $@ =~ /^(.+)/;
        fatal("yaml: unmarshal errors: cannot unmarshal !!seq into yaml.MapSlice") unless ref $map eq 'HASH';
        set_key( $role, $_, $map->{$_} ) for sort keys %$map;
    }
    my %from_args;
    while (@args) {
        my $arg = shift @args;
        my ( $key, $value ) = $arg =~ /^--?([\w-]+)(?:=(.*))?$/s or fatal("invalid argument: $arg");
        my $is_switch = $key =~ /^(cluster-init|cluster-reset|disable-[\w-]+|docker|debug|with-node-id|selinux|rootless|secrets-encryption|embedded-registry|prefer-bundled-bin|etcd-disable-snapshots)$/;
        $value //= $is_switch ? 'true' : shift @args;
        $value = [ @{ $from_args{$key} // [] }, $value ] if $is_list{$key};
        $from_args{$key} = $value;
        set_key( $role, $key, $value );
    }
    $conf{token} //= $ENV{K3S_TOKEN} if $ENV{K3S_TOKEN};
    $conf{server} //= $ENV{K3S_URL} if $ENV{K3S_URL};
    if ( my $path = $conf{'token-file'} // $ENV{K3S_TOKEN_FILE} ) {
        my $text = slurp($path) // fatal("open $path: no such file or directory");
        ( $conf{token} = $text ) =~ s/\s+$//;
    }
    if ( my $path = $conf{'agent-token-file'} ) {
        my $text = slurp($path) // fatal("open $path: no such file or directory");
        ( $conf{'agent-token'} = $text ) =~ s/\s+$//;
    }
    check_config();
}

sub is_on { ( $conf{ $_[0] } // '' ) eq 'true' }

sub check_config {
    if ( defined $conf{server} && $conf{server} !~ m{^https://[^/]} ) {
        fatal("only https:// URLs are supported, invalid scheme: $conf{server}");
    }
    for my $label ( @{ $conf{'node-label'} // [] } ) {
        my ($key) = $label =~ /^([^=]+)=.*$/ or fatal("invalid label: $label");
        fatal("unknown 'kubernetes.io' or 'k8s.io' labels specified with --node-labels: [$key]")
            if $key =~ m{(^|\.)(kubernetes|k8s)\.io/} && $key !~ m{^(node|kubelet)\.kubernetes\.io/};
    }
    if ( my $mode = $conf{'write-kubeconfig-mode'} ) {
        fatal(qq(strconv.ParseInt: parsing "$mode": invalid syntax)) if $mode !~ /^[0-7]+$/;
    }
    my ($link) = $conf{'flannel-iface'} // '';
    fatal("unable to find interface: $link: route ip+net: no such network interface")
        if $link ne '' && $ROOT eq '' && !-e "/sys/class/net/$link";
}

sub node_name {
    my $name = lc( $conf{'node-name'} // $ENV{K3S_NODE_NAME} // ( POSIX::uname() )[1] );
    fatal("invalid node name: $name") if $name !~ /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
    return $name;
}

sub node_ip {
    return $conf{'node-ip'}[0] if $conf{'node-ip'};
    my $link = $conf{'flannel-iface'} // '';
    my ($ip) = `ip -4 -o addr show scope global $link 2>/dev/null` =~ /inet (\d+\.\d+\.\d+\.\d+)/;
    return $ip // '127.0.0.1';
}
