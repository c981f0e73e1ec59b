# What helm shows: status, history, list, values.

sub stamp { iso( $_[0] ) =~ s/Z$/.000000000Z/r }

sub show_status {
    my ($r) = @_;
    my $notes = 'stand-in: this is not a real JupyterHub';
    if ( ( $opt{output} // '' ) eq 'json' ) {
        print to_json( { name => $r->{name}, namespace => $r->{namespace}, version => \$r->{revision}, manifest => "# stand-in\n", hooks => [],
            info => { first_deployed => stamp( $r->{first} ), last_deployed => stamp( $r->{updated} ), deleted => '', description => $r->{description},
                status => $r->{status}, notes => $notes } } ), "\n";
        return;
    }
    my $when = POSIX::strftime( '%a %b %e %H:%M:%S %Y', gmtime $r->{updated} );
    print "NAME: $r->{name}\nLAST DEPLOYED: $when\nNAMESPACE: $r->{namespace}\nSTATUS: $r->{status}\nREVISION: $r->{revision}\nTEST SUITE: None\nNOTES:\n$notes\n";
}

sub show_history {
    my @list = revisions(@_) or fail('release: not found');
    splice @list, 0, @list - $opt{max} if $opt{max} && @list > $opt{max};
    my @rows = map { { revision => \$_->{revision}, updated => stamp( $_->{updated} ), status => $_->{status}, chart => $_->{chart},
            app_version => $_->{app_version}, description => $_->{description} } } @list;
    if ( ( $opt{output} // '' ) eq 'json' ) { print to_json( \@rows ), "\n"; return }
    print "REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n";
    print join( "\t", ${ $_->{revision} }, @$_{qw(updated status chart app_version description)} ), "\n" for @rows;
}

sub list_releases {
    my %last;
    for ( keys %all ) { my ( $s, $n ) = m{^release/([^/]+)/([^/]+)/\d+/status$} or next; $last{"$s/$n"} = ( revisions( $n, $s ) )[-1] if $opt{'all-namespaces'} || $s eq space() }
    my @list = grep { ( !$opt{filter} || $_->{name} =~ /$opt{filter}/ )
            && ( $opt{all} || $_->{status} =~ /^(deployed|failed)$/ || $opt{pending} && $_->{status} =~ /^pending/ ) } map { $last{$_} } sort keys %last;
    my @rows = map { { name => $_->{name}, namespace => $_->{namespace}, revision => "$_->{revision}", status => $_->{status}, chart => $_->{chart},
            app_version => $_->{app_version}, updated => POSIX::strftime( '%Y-%m-%d %H:%M:%S.000000000 +0000 UTC', gmtime $_->{updated} ) } } @list;
    if ( ( $opt{output} // '' ) eq 'json' ) { print to_json( \@rows ), "\n"; return }
    if ( $opt{short} ) { print "$_->{name}\n" for @rows; return }
    print "NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\n";
    print join( "\t", @$_{qw(name namespace revision updated status chart app_version)} ), "\n" for @rows;
}

sub get_values {
    my ( $what, $name ) = @_;
    my $r = last_or_fail($name);
    return print "# stand-in\n" if $what ne 'values';
    my $json = $r->{values} // '{}';
    # JSON is YAML too; null is what Helm prints for no values.
    print $json eq '{}' ? 'null' : $json, "\n";
}

# As in the real chart: a workload for each image but that of notebooks, which the hub reads from the values in its secret.
sub show_template {
    my ( $name, $path ) = @_;
    fail('"helm template" requires 2 arguments') unless defined $path;
    chart_of($path);
    my ($notebook) = grep { m{/k8s-singleuser} } @IMAGES;
    my ( $image, $tag ) = $notebook =~ /^(.*):(.*)$/;
    my $values = read_values( { singleuser => { image => { name => $image, tag => $tag } } } );
    for ( grep { $_ ne $notebook } @IMAGES ) {
        my ($part) = m{([^/:]+):[^:]*$};
        print "---\n", to_json( { kind => 'Deployment', metadata => { name => $part },
            spec => { template => { spec => { containers => [ { name => $part, image => $_ } ] } } } } ), "\n";
    }
    print "---\n", to_json( { kind => 'Secret', metadata => { name => 'hub' }, data => { 'values.yaml' => base64( to_json($values) ) } } ), "\n";
}

sub base64 {
    my ($bytes) = @_;
    my $text = join '', map { substr( $_, 1 ) } split /\n/, pack( 'u', $bytes );
    my $lacking = -length($bytes) % 3;
    $text =~ tr{` -_}{AA-Za-z0-9+/};
    return $lacking ? substr( $text, 0, -$lacking ) . '=' x $lacking : $text;
}
