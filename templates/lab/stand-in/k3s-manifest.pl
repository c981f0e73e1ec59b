# Manifests: which objects a YAML text holds, and what they change in the cluster.

sub parse_manifest {
    my ($text) = @_;
    my @objects;
    for my $part ( split /^---.*$/m, $text ) {
        next unless $part =~ /^\s*[^#\s]/m;
        my $map = parse_yaml($part);
        my @items = ref $map eq 'HASH' && ( $map->{kind} // '' ) =~ /List$/ ? @{ $map->{items} // [] } : $map;
        push @objects, map { parse_object( $_, $part ) } @items;
    }
    return @objects;
}

sub parse_object {
    my ( $map, $text ) = @_;
    die "error validating data: [apiVersion not set, kind not set]\n"
        unless ref $map eq 'HASH' && defined $map->{kind} && defined $map->{apiVersion};
    my ( $kind, $name ) = ( lc $map->{kind}, $map->{metadata}{name} // '' );
    die "error: resource name may not be empty\n" if $name eq '';
    my $space = $kind =~ /^(namespace|node|runtimeclass|storageclass|priorityclass|cluster\w+|customresourcedefinition)$/
        ? '' : $map->{metadata}{namespace} // 'default';
    my @changes = ( [ set => "object/$kind/$space/$name", to_json($map) ] );
    push @changes, [ set => "ns/$name", time ] if $kind eq 'namespace';
    push @changes, traefik_changes( $map->{spec}{valuesContent} // '' )
        if $kind eq 'helmchartconfig' && $name eq 'traefik';
    my ($group) = $map->{apiVersion} =~ m{^([^/]+)/};
    return { kind => $kind, name => $name, space => $space, label => $kind . ( $group ? ".$group" : '' ), changes => \@changes };
}

sub traefik_changes {
    my ($values) = @_;
    my $map = eval { parse_yaml($values) } // {};
    my @changes = ( [ del => 'traefik/' ] );
    for my $entry (qw(web websecure)) {
        my $port = eval { $map->{ports}{$entry}{exposedPort} } // next;
        push @changes, [ set => "traefik/$entry", ref $port ? $$port : $port ];
    }
    return @changes;
}
