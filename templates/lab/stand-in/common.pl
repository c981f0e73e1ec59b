# Shared by the stand-in k3s and the stand-in helm: files, JSON, and calls to the stand-in API server.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Select;
use Socket;
use POSIX ();

# Only for tests: all state paths begin here.
our $ROOT = $ENV{STAND_IN_ROOT} // '';
our $ETC  = "$ROOT/etc/rancher";
our $DATA = "$ROOT/var/lib/rancher/k3s";
our $KUBECONFIG = "$ETC/k3s/k3s.yaml";

sub slurp {
    my ($path) = @_;
    open my $in, '<', $path or return undef;
    local $/;
    my $text = <$in>;
    return $text // '';
}

sub make_dir {
    my ( $path, $mode ) = @_;
    my $at = '';
    for my $part ( split m{/}, $path ) {
        $at .= "$part/";
        mkdir $at, $mode // 0755 unless -d $at;
    }
}

# Writes beside the place and renames: a reader never sees half a file.
sub spew {
    my ( $path, $text, $mode ) = @_;
    open my $out, '>', "$path.new.$$" or die "open $path: $!\n";
    chmod $mode // 0600, "$path.new.$$";
    print {$out} $text;
    close $out or die "write $path: $!\n";
    rename "$path.new.$$", $path or die "rename $path: $!\n";
}

sub quiet {
    my (@command) = @_;
    my $pid = fork // return 1;
    if ( $pid == 0 ) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec @command or POSIX::_exit(127);
    }
    waitpid $pid, 0;
    return $? >> 8;
}

sub iso { POSIX::strftime( '%Y-%m-%dT%H:%M:%SZ', gmtime( $_[0] ) ) }

sub random_hex {
    my ($bytes) = @_;
    open my $in, '<:raw', '/dev/urandom' or die "urandom: $!\n";
    my $raw;
    read $in, $raw, $bytes;
    return unpack 'H*', $raw;
}

# Hashes, arrays, strings; a reference to a string is written as it is (numbers, true, null).
sub to_json {
    my ($value) = @_;
    return 'null' unless defined $value;
    my $kind = ref $value;
    return $$value if $kind eq 'SCALAR';
    return '[' . join( ',', map { to_json($_) } @$value ) . ']' if $kind eq 'ARRAY';
    return '{' . join( ',', map { to_json($_) . ':' . to_json( $value->{$_} ) } sort keys %$value ) . '}'
        if $kind eq 'HASH';
    my %short = ( "\n" => '\n', "\t" => '\t', "\r" => '\r', '"' => '\"', '\\' => '\\\\' );
    $value =~ s/(["\\\x00-\x1f])/$short{$1} \/\/ sprintf '\\u%04x', ord $1/ge;
    return qq("$value");
}

# One request body is lines of tab-separated fields.
sub escape_field { my ($t) = @_; $t =~ s/\\/\\\\/g; $t =~ s/\n/\\n/g; $t =~ s/\t/\\t/g; return $t }

sub unescape_field {
    my ($t) = @_;
    my %plain = ( n => "\n", t => "\t", '\\' => '\\' );
    $t =~ s/\\(.)/$plain{$1} \/\/ $1/ge;
    return $t;
}

sub encode_lines { join '', map { join( "\t", map { escape_field($_) } @$_ ) . "\n" } @_ }

sub decode_lines {
    map { [ map { unescape_field($_) } split /\t/, $_, -1 ] } split /\n/, $_[0];
}

# Calls a stand-in API server: (status, body); status 0 and the reason when nothing answers.
sub call {
    my ( $address, $path, $token, $body, %more ) = @_;
    my ( $host, $port ) = $address =~ /^(.*):(\d+)$/ or return ( 0, "bad address $address" );
    my $seconds = $more{seconds} // 4;
    my $socket  = IO::Socket::INET->new( PeerAddr => $host, PeerPort => $port, Timeout => $seconds );
    return ( 0, $!{ECONNREFUSED} ? 'connection refused' : "$!" || 'i/o timeout' ) unless $socket;
    my $answer = '';
    eval {
        local $SIG{ALRM} = sub { die "i/o timeout\n" };
        local $SIG{PIPE} = 'IGNORE';
        alarm $seconds;
        my $forwarded = $more{forwarded} ? "X-Forwarded: 1\r\n" : '';
        print {$socket} "POST /$path HTTP/1.0\r\nAuthorization: Bearer $token\r\n$forwarded",
            'Content-Length: ', length $body, "\r\n\r\n", $body;
        $socket->flush;
        local $/;
        $answer = <$socket> // '';
        alarm 0;
    };
    alarm 0;
    return ( 0, 'i/o timeout' ) if $@;
    my ( $status, $text ) = $answer =~ m{^HTTP/1\.[01] (\d+).*?\r\n\r\n(.*)}s or return ( 0, 'EOF' );
    return ( $status, $text );
}

# Where a kubeconfig points to: (host:port, token).
sub read_kubeconfig {
    my ($path) = @_;
    my $text = slurp($path);
    # Without a cluster's file both programs try Kubernetes' default address, in vain.
    return ( 'localhost:8080', '' ) if !defined $text && $!{ENOENT} && $path eq $KUBECONFIG;
    if ( !defined $text ) {
        print STDERR qq(error: error loading config file "$path": open $path: \l$!\n);
        exit 1;
    }
    my ($server) = $text =~ m{server: https://(\S+)};
    my ($token)  = $text =~ m{token: (\S+)};
    return ( $server // '127.0.0.1:6443', $token // '' );
}
