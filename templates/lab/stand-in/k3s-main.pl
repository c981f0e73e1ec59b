# The other commands of k3s, and the choice between all of them.

sub run_token {
    my ( $verb, @args ) = kube_flags(@_);
    refuse( "No help topic for 'token'", 3 ) if $MINOR < 26;
    my @words = map { split /=/, $_, 2 } @args;
    if ( ( $verb // '' ) eq 'generate' ) { print random_hex(3), '.', random_hex(8), "\n"; return }
    ( $api, $admin ) = read_kubeconfig( $flag{kubeconfig} // $KUBECONFIG );
    refresh();
    if ( ( $verb // '' ) eq 'create' ) {
        my ( $id, $secret ) = $args[0] ? split( /\./, $args[0] ) : ( random_hex(3), random_hex(8) );
        change( [ set => "bootstrap/$id", "$id.$secret" ] );
        print "K10$all{'cluster/ca-hash'}::$id.$secret\n";
    }
    elsif ( ( $verb // '' ) eq 'list' ) {
        print "TOKEN     TTL  EXPIRES  USAGES  DESCRIPTION  EXTRA GROUPS\n";
        print "$_  <forever>  <never>  authentication,signing  stand-in\n" for sort map { m{^bootstrap/(.*)} ? $1 : () } keys %all;
    }
    elsif ( ( $verb // '' ) eq 'delete' ) { change( map { [ del => 'bootstrap/' . substr $_, 0, 6 ] } @args ); print "bootstrap token deleted\n" }
    else { refuse('stand-in: k3s token create|delete|generate|list') }
}

sub run_snapshot {
    my $verb = shift // 'save';
    $verb = 'save' if $verb =~ /^-/ and unshift @_, $verb;
    my ($name) = "@_" =~ /--(?:snapshot-|etcd-snapshot-)?name[ =](\S+)/;
    my $folder = "$DATA/server/db/snapshots";
    if ( $verb =~ /^(ls|list|l)$/ ) {
        print "Name Location Size Created\n";
        for ( sort glob "$folder/*" ) { my @s = stat; my ($n) = m{([^/]+)$}; print "$n file://$_ $s[7] ", iso( $s[9] ), "\n" }
        return;
    }
    if ( $verb =~ /^(delete|prune)$/ ) { unlink map { "$folder/$_" } grep { !/^-/ } @_; return }
    ( $api, $admin ) = read_kubeconfig($KUBECONFIG);
    refresh();
    fatal('etcd datastore disabled') if $all{'cluster/datastore'} ne 'etcd';
    my $file = ( $name // 'on-demand' ) . '-' . lc( ( POSIX::uname() )[1] ) . '-' . time;
    spew( "$folder/$file", encode_lines( map { [ $_, $all{$_} ] } grep { !/^\@/ } sort keys %all ) );
    note("Snapshot $file saved. (stand-in)");
}

sub main {
    my @args = @ARGV;
    my ($called) = $0 =~ m{([^/]+)$};
    unshift @args, $called if $called =~ /^(kubectl|crictl|ctr)$/;
    my $command = shift @args // '--help';
    my %commands = (
        server => \&run_server, agent => \&run_agent, kubectl => \&run_kubectl, ctr => \&run_ctr, crictl => \&run_crictl,
        token => \&run_token, 'etcd-snapshot' => \&run_snapshot,
        'check-config' => sub { print "stand-in: nothing was checked\n\nSTATUS: pass\n" },
        certificate => sub { print "stand-in: certificates rotated\n" },
        'secrets-encrypt' => sub { print "Encryption Status: Disabled (stand-in)\n" },
    );
    if ( $command =~ /^(--version|-v)$/ ) { print "k3s version $VERSION (stand-in)\ngo version go0.0.0 (stand-in)\n"; return }
    if ( $command =~ /^(--help|-h|help)$/ ) { print "NAME:\n   k3s - stand-in: imitates Kubernetes for a lab of convecthub\n\nCOMMANDS:\n", map { "   $_\n" } sort keys %commands; return }
    my $run = $commands{$command} or refuse( "No help topic for '$command'", 3 );
    $run->(@args);
}

$| = 1;
main();
