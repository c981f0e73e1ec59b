# The Kubernetes objects that kubectl shows, made from the cluster's flat state %all.
our %all;

sub node_names { sort map { m{^node/([^/]+)/role$} ? $1 : () } keys %all }

sub node_is_ready { my ($n) = @_; time - ( $all{"\@seen/$n"} // 0 ) < 10 }

# Where pods go: workers before servers, never where they may not.
sub place_for_pods {
    my @fit = grep { node_is_ready($_) && !$all{"node/$_/cordoned"} } node_names();
    my ($worker) = grep { $all{"node/$_/role"} eq 'agent' } @fit;
    return $worker // $fit[0];
}

sub meta {
    my ( $name, $space, $labels, $created ) = @_;
    return {
        name => $name, ( $space ne '' ? ( namespace => $space ) : () ), labels => $labels // {},
        creationTimestamp => iso( $created // time ), annotations => { 'stand-in' => 'true' },
    };
}

sub node_object {
    my ($n) = @_;
    my %is = map { $_ => $all{"node/$n/$_"} // '' } qw(ip version os kernel arch created cordoned number);
    my %labels = map { m{^node/\Q$n\E/label/(.*)$} ? ( $1 => $all{$_} ) : () } keys %all;
    my @taints = map { m{^node/\Q$n\E/taint/(.*):(\w+)$} ? { key => $1, effect => $2, value => $all{$_} } : () } sort keys %all;
    push @taints, { key => 'node.kubernetes.io/unschedulable', effect => 'NoSchedule' } if $is{cordoned};
    my $ready = node_is_ready($n);
    my $condition = sub {
        my ( $type, $status, $reason, $message ) = @_;
        return { type => $type, status => $status, reason => $reason, message => $message,
            lastHeartbeatTime => iso( $all{"\@seen/$n"} // $is{created} ), lastTransitionTime => iso( $is{created} ) };
    };
    return {
        apiVersion => 'v1', kind => 'Node', metadata => meta( $n, '', \%labels, $is{created} ),
        spec => { podCIDR => "10.42.$is{number}.0/24", providerID => "k3s://$n",
            ( $is{cordoned} ? ( unschedulable => \'true' ) : () ), ( @taints ? ( taints => \@taints ) : () ) },
        status => {
            addresses => [ { type => 'InternalIP', address => $is{ip} }, { type => 'Hostname', address => $n } ],
            allocatable => { cpu => '2', memory => '4000000Ki', pods => '110' },
            capacity => { cpu => '2', memory => '4000000Ki', pods => '110' },
            conditions => [
                $condition->( 'MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available' ),
                $condition->( 'DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure' ),
                $condition->( 'PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available' ),
                $ready ? $condition->( 'Ready', 'True', 'KubeletReady', 'kubelet is posting ready status (stand-in)' )
                : $condition->( 'Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.' ),
            ],
            nodeInfo => { kubeletVersion => $is{version}, kubeProxyVersion => $is{version}, osImage => $is{os},
                kernelVersion => $is{kernel}, architecture => $is{arch}, operatingSystem => 'linux',
                containerRuntimeVersion => 'containerd://0.0.0-stand-in' },
        },
    };
}

# What a kubelet renews as long as it lives.
sub lease_object {
    my ($n) = @_;
    my $seen = $all{"\@seen/$n"};
    return { apiVersion => 'coordination.k8s.io/v1', kind => 'Lease', metadata => meta( $n, 'kube-node-lease', {}, $all{"node/$n/created"} ),
        spec => { holderIdentity => $n, leaseDurationSeconds => \'40', ( $seen ? ( renewTime => iso($seen) =~ s/Z$/.000000Z/r ) : () ) } };
}

sub pod_object {
    my ( $name, $space, $labels, $node, $created ) = @_;
    my $runs = defined $node && node_is_ready($node);
    my $yes  = $runs ? 'True' : 'False';
    my @status = $runs ? ( { name => $labels->{component}, ready => \'true', restartCount => \'0',
            image => 'stand-in', state => { running => { startedAt => iso( $created // time ) } } } ) : ();
    return {
        apiVersion => 'v1', kind => 'Pod', metadata => meta( $name, $space, $labels, $created ),
        spec => { containers => [ { name => $labels->{component}, image => 'stand-in' } ],
            ( defined $node ? ( nodeName => $node ) : () ) },
        status => {
            phase => $runs ? 'Running' : 'Pending', containerStatuses => \@status,
            conditions => [ { type => 'PodScheduled', status => defined $node ? 'True' : 'False' },
                { type => 'Ready', status => $yes }, { type => 'ContainersReady', status => $yes } ],
            ( $runs ? ( hostIP => $all{"node/$node/ip"}, podIP => "10.42." . $all{"node/$node/number"} . '.2' ) : () ),
        },
    };
}

# Deployments: the parts of K3s, and hub and proxy of each deployed release. [namespace, name, labels, created]
sub deployments {
    my @list = map { [ 'kube-system', $_, { 'k8s-app' => $_, component => $_ } ] } 'coredns', 'local-path-provisioner',
        'metrics-server', $all{'cluster/no-traefik'} ? () : 'traefik';
    for my $key ( sort keys %all ) {
        my ( $space, $release ) = $key =~ m{^workload/([^/]+)/([^/]+)$} or next;
        my %labels = ( app => 'jupyterhub', release => $release );
        push @list, map { [ $space, $_, { %labels, component => $_ }, $all{$key} ] } qw(hub proxy);
    }
    return @list;
}

sub pods {
    my $node = place_for_pods();
    my @pods = map { my ( $s, $n, $l, $c ) = @$_; pod_object( "$n-5f6d7c8b9-stand", $s, $l, $node, $c ) } deployments();
    if ( !$all{'cluster/no-traefik'} ) {
        push @pods, map { pod_object( "svclb-traefik-stand-$_", 'kube-system', { app => 'svclb-traefik', component => 'lb' }, $_ ) }
            node_names();
    }
    return @pods;
}

sub deployment_object {
    my ( $space, $name, $labels, $created ) = @{ $_[0] };
    my $up = defined place_for_pods() ? 1 : 0;
    return { apiVersion => 'apps/v1', kind => 'Deployment', metadata => meta( $name, $space, $labels, $created ),
        spec => { replicas => \'1' }, status => { replicas => \'1', readyReplicas => \$up, availableReplicas => \$up } };
}

sub traefik_service {
    my $port = sub { { name => $_[0], port => \( $all{"traefik/$_[0]"} // $_[1] ), protocol => 'TCP', targetPort => $_[0] } };
    my @ips = map { { ip => $all{"node/$_/ip"} } } grep { node_is_ready($_) } node_names();
    return { apiVersion => 'v1', kind => 'Service', metadata => meta( 'traefik', 'kube-system', { 'app.kubernetes.io/name' => 'traefik' } ),
        spec => { type => 'LoadBalancer', clusterIP => '10.43.0.80', ports => [ $port->( 'web', 80 ), $port->( 'websecure', 443 ) ] },
        status => { loadBalancer => { ingress => \@ips } } };
}
