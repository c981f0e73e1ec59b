# The imitation of Traefik with JupyterHub behind it. perl-base has no TLS, so openssl serves the login page on the
# port for HTTPS once it is there; where openssl is missing that port speaks plain HTTP.

sub run_web {
    my ($conf_file) = @_;
    $SIG{CHLD} = 'DEFAULT';
    my ( %open, %wish, $stamp, $read_at );
    my $tls = ( grep { -x "$_/openssl" } qw(/usr/bin /bin /usr/local/bin) ) && $ROOT eq '';
    my $select = IO::Select->new;
    while (1) {
        if ( time != ( $read_at // 0 ) ) {
            $read_at = time;
            my $text = slurp($conf_file);
            # Whoever removed the file did not stop us: go on as before.
            %wish = map { $_->[0] => $_->[1] } decode_lines($text) if defined $text;
            serve_tls( $tls && $wish{hub} ? $wish{https} : 0 );
            my %ports = map { $_ => 1 } grep { $_ } @wish{ $tls ? ('http') : qw(http https) };
            for my $port ( grep { !$ports{$_} } keys %open ) {
                $select->remove( $open{$port} );
                close delete $open{$port};
            }
            for my $port ( grep { !$open{$_} } keys %ports ) {
                my $socket = IO::Socket::INET->new( LocalPort => $port, Listen => 64, ReuseAddr => 1 ) or next;
                $select->add( $open{$port} = $socket );
            }
        }
        select undef, undef, undef, 1 unless $select->count;
        for my $socket ( $select->can_read(1) ) {
            my $client = $socket->accept or next;
            eval {
                local $SIG{ALRM} = sub { die "slow\n" };
                local $SIG{PIPE} = 'IGNORE';
                alarm 3;
                my $line = <$client> // '';
                my ( $method, $path ) = $line =~ m{^(\w+) (/[^\s?]*)\S* HTTP/} or die "no HTTP\n";
                while ( defined( my $header = <$client> ) ) { last if $header =~ /^\r?\n$/ }
                my ( $status, $body, $type, $location ) = web_answer( $path, $wish{hub} );
                print {$client} "HTTP/1.1 $status\r\nContent-Type: ", $type // 'text/plain', "\r\n",
                    ( $location ? "Location: $location\r\n" : '' ), 'Content-Length: ', length $body,
                    "\r\nConnection: close\r\n\r\n", $method eq 'HEAD' ? '' : $body;
                alarm 0;
            };
            alarm 0;
            close $client;
        }
    }
}

# openssl as the web server of one port, started and ended as the wish changes; 0 is no port.
our ( $tls_pid, $tls_port );

sub serve_tls {
    my ($port) = @_;
    return if ( $tls_port // 0 ) == $port && ( !$port || ( $tls_pid && !waitpid $tls_pid, 1 ) );
    if ($tls_pid) { kill 'KILL', $tls_pid; waitpid $tls_pid, 0; undef $tls_pid }
    $tls_port = $port;
    return unless $port;
    my $home = "$ROOT/run/k3s/stand-in/www";
    make_dir("$home/hub");
    spew( "$home/hub/login", ( web_answer( '/hub/login', 1 ) )[1], 0644 );
    my @key = ( '-keyout', "$home/../key.pem", '-out', "$home/../cert.pem" );
    quiet( qw(openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=stand-in), @key ) unless -s "$home/../cert.pem";
    $tls_pid = fork // return;
    return if $tls_pid;
    chdir $home;
    open STDIN,  '<', '/dev/null';
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    exec qw(openssl s_server -quiet -WWW -cert ../cert.pem -key ../key.pem -accept), $port;
}

sub web_answer {
    my ( $path, $hub ) = @_;
    return ( '404 Not Found', "404 page not found\n" ) if !$hub;
    return ( '302 Found', '', 'text/html', '/hub/' ) if $path eq '/';
    return ( '302 Found', '', 'text/html', '/hub/login?next=%2Fhub%2F' ) if $path =~ m{^/hub/?$};
    return ( '200 OK', '' ) if $path eq '/hub/health';
    return ( '200 OK', qq({"version": "5.5.0+stand-in"}), 'application/json' ) if $path =~ m{^/hub/api/?$};
    return ( '404 Not Found', "404 : Not Found\n" ) if $path !~ m{^/hub/login/?$};
    my $xsrf = random_hex(16);
    return ( '200 OK', <<"END", 'text/html' );
<!DOCTYPE HTML>
<html lang="en">
<head><meta charset="utf-8"><title>JupyterHub (stand-in)</title></head>
<body>
<p>stand-in: this is not a real JupyterHub</p>
<div id="login-main" class="container">
<form action="/hub/login?next=%2Fhub%2F" method="post" role="form">
<input type="hidden" name="_xsrf" value="$xsrf">
<label for="username_input">Username:</label>
<input id="username_input" type="text" name="username" autofocus="autofocus">
<label for="password_input">Password:</label>
<input type="password" name="password" id="password_input">
<input id="login_submit" type="submit" value="Sign in">
</form>
</div>
</body>
</html>
END
}
