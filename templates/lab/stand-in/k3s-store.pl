# The cluster's state on a server: a flat map, written to disk, which other servers copy. It plays etcd's part.
# %seen: when a node last said that it is well; %alive: when a member last copied the state.
our ( %db, %seen, %alive, $me, $token_password, $ready, $leader_answered );
our $leading = 0;
# A node or member that is silent for longer counts as gone.
our $GONE = 10;

sub state_file { "$DATA/server/db/etcd/state" }

sub load_db {
    my $text = slurp( state_file() ) // return 0;
    %db = map { $_->[0] => $_->[1] // '' } decode_lines($text);
    return 1;
}

sub save_db {
    return if !-d "$DATA/server/db/etcd";
    # by these two the real ones are told apart
    if ( ( $db{'cluster/datastore'} // '' ) eq 'etcd' ) {
        make_dir( "$DATA/server/db/etcd/member", 0700 );
        unlink "$DATA/server/db/state.db";
    }
    else { spew( "$DATA/server/db/state.db", "stand-in\n" ) }
    spew( state_file(), encode_lines( map { [ $_, $db{$_} ] } sort keys %db ) );
}

sub members {
    my %members;
    for ( keys %db ) { $members{$1}{$2} = $db{$_} if m{^member/([^/]+)/(\w+)$} }
    return map { { name => $_, %{ $members{$_} } } }
        sort { $members{$a}{order} <=> $members{$b}{order} } keys %members;
}

sub member_address { my ($m) = @_; "$m->{ip}:$m->{port}" }

# As etcd: without more than half of the voters nothing is decided.
sub has_quorum {
    my @voters = grep { $_->{state} eq 'voter' } members();
    my @alive = grep { $_->{name} eq $me || time - ( $alive{ $_->{name} } // 0 ) < $GONE } @voters;
    return 2 * @alive > @voters;
}

# Changes: [set, key, value], [del, prefix], [if, key, value]. True when done; false when a condition does not hold.
sub change_db {
    for ( grep { $_->[0] eq 'if' } @_ ) {
        my ( undef, $key, $value ) = @$_;
        return 0 if ( $db{$key} // '' ) ne $value;
    }
    for my $change (@_) {
        my ( $what, $key, $value ) = @$change;
        if ( $what eq 'set' ) { $db{$key} = $value }
        elsif ( $what eq 'del' ) { delete @db{ grep { index( $_, $key ) == 0 } keys %db } }
    }
    save_db();
    return 1;
}

sub traefik_ports {
    return ( 0, 0 ) if $db{'cluster/no-traefik'};
    return ( $db{'traefik/web'} // 80, $db{'traefik/websecure'} // 443 );
}

# Helm says so once a release was up.
sub hub_is_served { scalar grep { m{^served/} } keys %db }

# What each node needs to know: the servers, and what the imitation of Traefik shall serve.
sub node_news {
    my ( $web, $websecure ) = traefik_ports();
    return encode_lines(
        ( map { [ server => member_address($_) ] } members() ),
        [ ca => $db{'cluster/ca-hash'} ], [ http => $web ], [ https => $websecure ], [ hub => hub_is_served() ? 1 : 0 ]
    );
}
