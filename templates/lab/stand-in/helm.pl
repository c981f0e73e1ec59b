# The stand-in helm: keeps releases in the stand-in cluster, and asks nothing of a chart but its name.
our $HELM = '@HELM_VERSION@';
our @IMAGES = qw(@HUB_IMAGES@);
our ( %opt, @files, @sets, $api, $token, %all );

sub fail { print STDERR "Error: $_[0]\n"; exit 1 }

sub options {
    my @args;
    my %short = ( n => 'namespace', f => 'values', o => 'output', a => 'all', A => 'all-namespaces', i => 'install', q => 'short' );
    my %with = map { $_ => 1 } qw(namespace values output timeout description history-max kubeconfig max set set-string filter version
        kube-version revision kube-context wait-for-jobs-timeout);
    while (@_) {
        my $arg = shift;
        my ( $name, $value ) = $arg =~ /^--([\w-]+)(?:=(.*))?$/s ? ( $1, $2 ) : $arg =~ /^-([a-zA-Z])(?:=?(.+))?$/s ? ( $short{$1} // $1, $2 ) : ();
        if ( !defined $name ) { push @args, $arg; next }
        $value //= $with{$name} ? shift : 'true';
        if    ( $name eq 'values' )       { push @files, split /,/, $value }
        elsif ( $name =~ /^set(-string)?$/ ) { push @sets, $value }
        else                              { $opt{$name} = $value }
    }
    return @args;
}

sub ask {
    my ( $path, @lines ) = @_;
    my ( $status, $text ) = call( $api, $path, $token, encode_lines(@lines), seconds => 10 );
    fail(qq(Kubernetes cluster unreachable: Get "https://$api/version": dial tcp $api: connect: $text)) unless $status;
    fail('Kubernetes cluster unreachable: the server has asked for the client to provide credentials') if $status == 401;
    fail("etcdserver: $text") if $status != 200 && $status != 409;
    return ( $status, $text );
}

sub refresh { %all = map { $_->[0] => $_->[1] } decode_lines( ( ask( 'get', [''], ['@seen/'] ) )[1] ) }
sub space   { $opt{namespace} // 'default' }

# All revisions of a release, oldest first.
sub revisions {
    my ( $name, $space ) = ( @_, space() );
    my %by;
    for ( keys %all ) { $by{$1}{$2} = $all{$_} if m{^release/\Q$space\E/\Q$name\E/(\d+)/([\w-]+)$} }
    return map { { revision => $_, name => $name, namespace => $space, %{ $by{$_} } } } sort { $a <=> $b } keys %by;
}

sub put_revision {
    my ( $name, $number, %fields ) = @_;
    my $key = 'release/' . space() . "/$name/$number";
    return map { [ set => "$key/$_", $fields{$_} ] } sort keys %fields;
}

sub seconds_of {
    my ($text) = @_;
    my ( $sum, %unit ) = ( 0, h => 3600, m => 60, s => 1, ms => 0.001 );
    $sum += $1 * $unit{$2} while $text =~ /(\d+(?:\.\d+)?)(ms|h|m|s)/g;
    fail(qq(invalid argument "$text" for "--timeout" flag: time: invalid duration "$text")) unless $sum;
    return $sum;
}

# The values of -f and --set, over those given.
sub read_values {
    my $values = $_[0] // {};
    for my $file (@files) {
        my $text = $file eq '-' ? do { local $/; <STDIN> } : slurp($file) // fail("open $file: no such file or directory");
        my $map = eval { parse_yaml($text) };
        fail("failed to parse $file: error converting YAML to JSON: yaml: $1") if $@ =~ /^(.+)/;
        # For tests: a comment in the values can make the release fail as pods that never get ready do.
        $opt{'stand-in-fail'} = 1 if $text =~ /^\s*#\s*stand-in: fail\b/m;
        $values = merge_values( $values, $map );
    }
    for ( map { split /,/ } @sets ) {
        my ( $path, $value ) = split /=/, $_, 2;
        my $map = scalar_value( $value // '' );
        $map = { $_ => $map } for reverse split /\./, $path;
        $values = merge_values( $values, $map );
    }
    return $values;
}

# Name and version from the file's name, for which Helm's own `package` vouches.
sub chart_of {
    my ($path) = @_;
    fail(qq(path "$path" not found)) unless -e $path;
    return $path =~ m{([^/]+?)-(v?\d+\.\d+\.\d+[^/]*)\.tgz$} ? ( $1, $2 ) : $path =~ m{([^/]+?)/?$} ? ( $1, '0.0.0' ) : ();
}

sub nodes_are_ready { grep { m{^node/([^/]+)/role$} && time - ( $all{"\@seen/$1"} // 0 ) < 10 && !$all{"node/$1/cordoned"} } keys %all }

# Plays the operation: one to three seconds, and with --wait as long as no node can run the pods.
sub carry_out {
    my $limit = time + seconds_of( $opt{timeout} // '5m0s' );
    my $wait  = $opt{wait} || $opt{atomic} || $opt{'rollback-on-failure'};
    select undef, undef, undef, $ENV{STAND_IN_FAST} ? 0.3 : 2;
    while ($wait) {
        refresh();
        return 1 if !$opt{'stand-in-fail'} && nodes_are_ready();
        return 0 if time >= $limit;
        select undef, undef, undef, 1;
    }
    return 1;
}

sub finish {
    my ( $name, $number, $ok, $description, @old ) = @_;
    my $space = space();
    my @changes = put_revision( $name, $number, status => $ok ? 'deployed' : 'failed', description => $description );
    if ($ok) {
        push @changes, map { put_revision( $name, $_->{revision}, status => 'superseded' ) } grep { $_->{status} eq 'deployed' } @old;
        push @changes, [ set => "served/$space/$name", 1 ];
        my $keep = $opt{'history-max'} // 10;
        push @changes, map { [ del => "release/$space/$name/$_->{revision}/" ] } @old[ 0 .. @old - $keep ] if $keep && @old >= $keep;
    }
    ask( 'put', @changes );
}
