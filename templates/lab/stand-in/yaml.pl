# As much YAML as configuration and values need: block and flow collections, scalars, block scalars. JSON is flow.
our @yaml;

sub parse_yaml {
    my ($text) = @_;
    die "found character that cannot start any token\n" if $text =~ /^ *\t/m;
    # Documents are split by the caller; comments of whole lines and empty lines mean nothing outside block scalars.
    @yaml = map { [ length( ( /^( *)/ )[0] ), $_ ] } split /\n/, $text;
    skip_blank();
    return {} unless @yaml;
    my $value = parse_block( $yaml[0][0] );
    skip_blank();
    die "could not find expected ':' near \"$yaml[0][1]\"\n" if @yaml;
    return $value;
}

sub skip_blank { shift @yaml while @yaml && $yaml[0][1] =~ /^\s*(#.*)?$|^---\s*$|^\.\.\.\s*$/ }

sub parse_block {
    my ($indent) = @_;
    return parse_flow_lines() if $yaml[0][1] =~ /^\s*[\[{]/;
    return $yaml[0][1] =~ /^ *-(\s|$)/ ? parse_list($indent) : parse_map($indent);
}

sub parse_list {
    my ($indent) = @_;
    my @list;
    while ( skip_blank(), @yaml && $yaml[0][0] == $indent && $yaml[0][1] =~ /^( *-\s*)(.*)$/ ) {
        my ( $lead, $rest ) = ( $1, $2 );
        if ( $rest =~ /^(#.*)?$/ ) { shift @yaml; push @list, nested($indent) }
        elsif ( $rest =~ /^("[^"]*"|'[^']*'|[^"'\[{&*!|>#][^:]*?):(\s|$)/ ) {
            $yaml[0] = [ length $lead, ( ' ' x length $lead ) . $rest ];
            push @list, parse_map( length $lead );
        }
        else { push @list, inline_value( $rest, $indent ) }
    }
    return \@list;
}

sub parse_map {
    my ($indent) = @_;
    my %map;
    while ( skip_blank(), @yaml && $yaml[0][0] == $indent ) {
        $yaml[0][1] =~ /^ *("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#\-\[{][^#]*?|-[^\s][^#]*?):(?:\s+(.*))?$/
            or die "could not find expected ':' near \"$yaml[0][1]\"\n";
        my ( $key, $rest ) = ( $1, $2 // '' );
        $key =~ s/^(["'])(.*)\1$/$2/;
        if ( $rest =~ /^(#.*)?$/ ) { shift @yaml; $map{$key} = nested($indent, 1) }
        else                       { $map{$key} = inline_value( $rest, $indent ) }
    }
    die "did not find expected key near \"$yaml[0][1]\"\n" if @yaml && $yaml[0][0] > $indent;
    return \%map;
}

sub nested {
    my ( $indent, $in_map ) = @_;
    skip_blank();
    return \'null' unless @yaml;
    return parse_block( $yaml[0][0] ) if $yaml[0][0] > $indent;
    # A list may stand as far left as its key.
    return parse_list($indent) if $in_map && $yaml[0][0] == $indent && $yaml[0][1] =~ /^ *-(\s|$)/;
    return \'null';
}

sub inline_value {
    my ( $rest, $indent ) = @_;
    if ( $rest =~ /^([|>])([+-]?)\d*\s*(#.*)?$/ ) { shift @yaml; return block_scalar( $1, $2, $indent ) }
    if ( $rest =~ /^[\[{]/ ) { $yaml[0][1] = $rest; return parse_flow_lines() }
    shift @yaml;
    return scalar_value($rest);
}

sub block_scalar {
    my ( $style, $chomp, $indent ) = @_;
    my ( @lines, $inner );
    while ( @yaml && ( $yaml[0][1] =~ /^\s*$/ || $yaml[0][0] > $indent ) ) {
        my $line = ( shift @yaml )->[1];
        $inner //= length( ( $line =~ /^( *)/ )[0] ) if $line =~ /\S/;
        push @lines, defined $inner && length $line >= $inner ? substr( $line, $inner ) : '';
    }
    pop @lines while @lines && $lines[-1] eq '';
    return join( $style eq '|' ? "\n" : ' ', @lines ) . ( $chomp eq '-' ? '' : "\n" );
}

sub scalar_value {
    my ($text) = @_;
    if ( $text =~ /^"((?:[^"\\]|\\.)*)"/ ) { return unquote($1) }
    if ( $text =~ /^'((?:[^']|'')*)'/ ) { ( my $t = $1 ) =~ s/''/'/g; return $t }
    $text =~ s/\s+#.*$//;
    $text =~ s/\s+$//;
    return \'null' if $text =~ /^(~|null|)$/i;
    return \lc $text if $text =~ /^(true|false)$/i;
    return \"$text" if $text =~ /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
    return $text;
}

sub unquote {
    my ($text) = @_;
    my %plain = ( n => "\n", t => "\t", r => "\r" );
    $text =~ s/\\u([0-9a-fA-F]{4})|\\(.)/defined $1 ? chr hex $1 : $plain{$2} \/\/ $2/ge;
    return $text;
}

sub parse_flow_lines {
    my $text = '';
    my $value;
    while (@yaml) {
        $text .= ( shift @yaml )->[1] . "\n";
        my $try = $text;
        $value = eval { flow(\$try) };
        return $value if !$@ && $try =~ /^\s*(#.*)?\s*$/;
    }
    die "did not find expected ',' or ']' or '}'\n";
}

sub flow {
    my ($in) = @_;
    $$in =~ s/^\s+//;
    if ( $$in =~ s/^\[// ) {
        my @list;
        until ( $$in =~ s/^\s*\]// ) { push @list, flow($in); $$in =~ s/^\s*,// or $$in =~ /^\s*\]/ or die "flow\n" }
        return \@list;
    }
    if ( $$in =~ s/^\{// ) {
        my %map;
        until ( $$in =~ s/^\s*\}// ) {
            $$in =~ s/^\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s:,{}\[\]]+)\s*:// or die "flow\n";
            my $key = scalar_value($1);
            $key = $$key if ref $key;
            $map{$key} = flow($in);
            $$in =~ s/^\s*,// or $$in =~ /^\s*\}/ or die "flow\n";
        }
        return \%map;
    }
    $$in =~ s/^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,\]\}\n]*)// or die "flow\n";
    return scalar_value($1);
}

# Deep merge, as Helm merges values: maps together, all else replaced.
sub merge_values {
    my ( $under, $over ) = @_;
    return $over unless ref $under eq 'HASH' && ref $over eq 'HASH';
    my %all = %$under;
    $all{$_} = exists $all{$_} ? merge_values( $all{$_}, $over->{$_} ) : $over->{$_} for keys %$over;
    return \%all;
}
