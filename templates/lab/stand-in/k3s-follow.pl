# How the servers of a cluster keep the same state, and who leads when one is gone.

sub take_state {
    my ($text) = @_;
    my @lines = decode_lines($text);
    my %before = %db;
    %db = map { $_->[0] => $_->[1] } grep { $_->[0] !~ /^\@/ } @lines;
    for (@lines) {
        $seen{$1}  = $_->[1] if $_->[0] =~ m{^\@seen/(.*)};
        $alive{$1} = $_->[1] if $_->[0] =~ m{^\@alive/(.*)};
    }
    save_db() if encode_lines( map { [ $_, $before{$_} ] } sort keys %before ) ne
        encode_lines( map { [ $_, $db{$_} ] } sort keys %db );
    $leader_answered = time;
    $leading = ( $db{'cluster/leader'} // '' ) eq $me;
}

sub copy_state_from {
    my ($other) = @_;
    my $body = encode_lines( [ name => $me ], [ ready => time >= ( $ready_at // ~0 ) ? 1 : 0 ] );
    my ( $status, $text ) = call( member_address($other), 'state', $db{'cluster/token'}, $body, seconds => 2 );
    deleted() if $status == 410;
    take_state($text) if $status == 200;
    return $status == 200;
}

sub deleted {
    quiet( 'rm', '-rf', "$DATA/server/db/etcd" );
    fatal('node has been deleted from the cluster');
}

# A follower copies the leader; when that is silent the first voter that lives leads.
sub follow {
    my @others = grep { $_->{name} ne $me } members();
    my ($leader) = grep { $_->{name} eq ( $db{'cluster/leader'} // '' ) } @others;
    return if $leader && copy_state_from($leader);
    return if time - ( $leader_answered // 0 ) < 6;
    for (@others) { return if $_ != ( $leader // 0 ) && copy_state_from($_) }
    for my $member ( grep { $_->{state} eq 'voter' } members() ) {
        if ( $member->{name} eq $me ) {
            note("$me became leader (stand-in)");
            $leading = 1;
            change_db( [ set => 'cluster/leader', $me ] );
            return;
        }
        return if IO::Socket::INET->new( PeerAddr => $member->{ip}, PeerPort => $member->{port}, Timeout => 1 );
    }
}

# A leader that was deleted hands over, and goes once the next one has copied the state.
sub step_down {
    my ($next) = grep { $_->{state} eq 'voter' } members();
    return unless $next;
    $db{'cluster/leader'} = $next->{name};
    save_db();
    our $stepping //= time;
    deleted() if time - $stepping > 4;
}

sub call_leader {
    my ( $path, $body ) = @_;
    my ($leader) = grep { $_->{name} eq ( $db{'cluster/leader'} // '' ) && $_->{name} ne $me } members();
    return ( 0, 'no leader' ) unless $leader;
    return call( member_address($leader), $path, $db{'cluster/token'}, $body, seconds => 2 );
}
