# As much kubectl as convecthub and a curious user need.
our ( $api, $admin, %flag );

sub refuse { print STDERR "$_[0]\n"; exit( $_[1] // 1 ) }

sub kube_call {
    my ( $path, @lines ) = @_;
    my ( $status, $text ) = call( $api, $path, $admin, encode_lines(@lines), seconds => 10 );
    refuse("The connection to the server $api was refused - did you specify the right host or port?") unless $status;
    refuse('error: You must be logged in to the server (Unauthorized)') if $status == 401;
    return ( $status, $text );
}

sub refresh {
    my ( $status, $text ) = kube_call( 'get', [''], ['@seen/'] );
    refuse("Error from server: $text") if $status != 200;
    %all = map { $_->[0] => $_->[1] } decode_lines($text);
}

sub change {
    my ( $status, $text ) = kube_call( 'put', @_ );
    refuse("Error from server: $text") if $status != 200;
}

our %short = ( no => 'node', nodes => 'node', po => 'pod', pods => 'pod', svc => 'service', services => 'service', ns => 'namespace',
    namespaces => 'namespace', deploy => 'deployment', deployments => 'deployment', 'deployments.apps' => 'deployment',
    'deployment.apps' => 'deployment', cm => 'configmap', configmaps => 'configmap', secrets => 'secret', ev => 'event', events => 'event',
    runtimeclasses => 'runtimeclass', leases => 'lease', daemonsets => 'daemonset', ds => 'daemonset', jobs => 'job', pvc => 'persistentvolumeclaim',
    helmchartconfigs => 'helmchartconfig', 'helmchartconfigs.helm.cattle.io' => 'helmchartconfig', ingresses => 'ingress' );
sub kind_of { my $k = lc $_[0]; return $short{$k} // $k }

sub run_kubectl {
    my @args = kube_flags(@_);
    my $verb = shift @args // refuse('kubectl controls the Kubernetes cluster manager (stand-in).', 0);
    if ( $verb eq 'version' && $flag{client} ) { print "Client Version: $VERSION (stand-in)\n"; return }
    ( $api, $admin ) = read_kubeconfig( $flag{kubeconfig} // $ENV{KUBECONFIG} // $KUBECONFIG );
    if ( $verb eq 'get' && defined $flag{raw} ) {
        ( my $path = $flag{raw} ) =~ s{^/}{};
        my ( $status, $text ) = kube_call($path);
        refuse("Error from server (InternalError): an error on the server (\"$text\") has prevented the request from succeeding") if $status != 200;
        print $path =~ /verbose/ ? "[+]ping ok\n[+]etcd ok\nreadyz check passed" : $text;
        return;
    }
    refresh();
    my %verbs = (
        get => \&kube_get, delete => \&kube_delete, apply => \&kube_apply, create => \&kube_create, label => \&kube_label, taint => \&kube_taint,
        cordon => sub { cordon( 1, @_ ) }, uncordon => sub { cordon( 0, @_ ) }, drain => \&drain, rollout => \&rollout, wait => \&kube_wait,
        version => sub { print "Client Version: $VERSION (stand-in)\nServer Version: $VERSION (stand-in)\n" },
        describe => sub { print "stand-in: nothing to describe\n" }, logs => sub { print "stand-in: no logs\n" }, annotate => sub { print "annotated\n" },
        'cluster-info' => sub { print "Kubernetes control plane (stand-in) is running at https://$api\n" },
    );
    my $do = $verbs{$verb} or refuse(qq(error: unknown command "$verb" for "kubectl" (stand-in)));
    $do->(@args);
}

# Flags may stand anywhere. Those of %with take a value.
sub kube_flags {
    my @args;
    my %with = map { $_ => 1 } qw(n namespace o output f filename kubeconfig raw timeout l selector field-selector grace-period for request-timeout
        sort-by pod-selector tail chunk-size context field-manager);
    my %long = ( n => 'namespace', o => 'output', f => 'filename', l => 'selector', A => 'all-namespaces' );
    while (@_) {
        my $arg = shift;
        if ( $arg eq '--' ) { push @args, @_; last }
        if ( $arg =~ /^--([\w-]+)(?:=(.*))?$/s ) { $flag{$1} = defined $2 ? $2 : $with{$1} ? shift : 'true' }
        elsif ( $arg =~ /^-([nofl])=?(.+)$/s ) { $flag{ $long{$1} } = $2 }
        elsif ( $arg =~ /^-([a-zA-Z])$/ ) { $flag{ $long{$1} // $1 } = $with{$1} ? shift : 'true' }
        else { push @args, $arg }
    }
    return @args;
}

sub seconds_of {
    my ($text) = @_;
    my $sum = 0;
    my %unit = ( h => 3600, m => 60, s => 1 );
    $sum += $1 * $unit{$2} while $text =~ /(\d+(?:\.\d+)?)([hms])/g;
    return $text =~ /^\d+$/ ? $text : $sum;
}

sub need_node {
    my ($n) = @_;
    refuse(qq(Error from server (NotFound): nodes "$n" not found)) unless defined $all{"node/$n/role"};
    return $n;
}

sub matches { my ($o) = @_; return 1 unless defined $flag{selector};
    for ( split /,/, $flag{selector} ) { my ( $k, $v ) = split /==?/, $_, 2; my $is = $o->{metadata}{labels}{$k};
        return 0 unless defined $is && ( !defined $v || $is eq $v ) }
    return 1 }

sub objects_of {
    my ($kind) = @_;
    my $space = $flag{'all-namespaces'} ? undef : $flag{namespace} // 'default';
    my @list =
          $kind eq 'node' ? map { node_object($_) } node_names()
        : $kind eq 'lease' ? map { lease_object($_) } node_names()
        : $kind eq 'pod' ? pods()
        : $kind eq 'deployment' ? map { deployment_object($_) } deployments()
        : $kind eq 'service' ? ( $all{'cluster/no-traefik'} ? () : traefik_service() )
        : $kind eq 'namespace' ? map { { apiVersion => 'v1', kind => 'Namespace', metadata => meta( $_, '', {}, $all{"ns/$_"} ), status => { phase => 'Active' } } }
            sort map { m{^ns/(.*)} ? $1 : () } keys %all
        : ();
    my %have = map { $_->{metadata}{name} => 1 } @list;
    if ( $kind ne 'namespace' ) { push @list, map { m{^object/\Q$kind\E/} ? parse_yaml( $all{$_} ) : () } sort keys %all }
    return grep { matches($_) && ( !defined $space || !defined $_->{metadata}{namespace} || $_->{metadata}{namespace} eq $space ) } @list;
}
