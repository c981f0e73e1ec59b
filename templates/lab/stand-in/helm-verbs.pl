# The verbs of helm.

sub last_or_fail { my @all_revisions = revisions(@_); fail('release: not found') unless @all_revisions; return $all_revisions[-1] }

sub upgrade {
    my ( $name, $path ) = @_;
    fail('"helm upgrade" requires 2 arguments') unless defined $path;
    my ( $chart, $version ) = chart_of($path);
    my $values = to_json( read_values() );
    my $space  = space();
    my @old    = revisions($name);
    my $number = @old ? $old[-1]{revision} + 1 : 1;
    my $word   = @old ? 'UPGRADE' : 'INSTALLATION';
    fail(qq(UPGRADE FAILED: "$name" has no deployed releases)) if !@old && !$opt{install};
    fail("$word FAILED: another operation (install/upgrade/rollback) is in progress") if @old && $old[-1]{status} =~ /^pending-/;
    print qq(Release "$name" does not exist. Installing it now.\n) if !@old && $opt{output} // '' ne 'json';
    if ( !defined $all{"ns/$space"} ) {
        fail(qq(INSTALLATION FAILED: create: failed to create: namespaces "$space" not found)) unless $opt{'create-namespace'};
        ask( 'put', [ set => "ns/$space", time ] );
    }
    my $now = time;
    my ($status) = ask( 'put', [ if => "release/$space/$name/$number/status", '' ],
        put_revision( $name, $number, status => @old ? 'pending-upgrade' : 'pending-install', chart => "$chart-$version", app_version => 'stand-in',
            updated => $now, first => @old ? $old[0]{first} // $now : $now, description => @old ? 'Preparing upgrade' : 'Initial install underway', values => $values ) );
    fail("$word FAILED: another operation (install/upgrade/rollback) is in progress") if $status == 409;
    ask( 'put', [ set => "workload/$space/$name", $now ] ) unless @old && $all{"workload/$space/$name"};

    if ( !carry_out() ) {
        my $reason = 'context deadline exceeded';
        finish( $name, $number, 0, @old ? qq(Upgrade "$name" failed: $reason) : qq(Release "$name" failed: $reason), @old );
        undo( $name, $word, $reason, @old ) if $opt{atomic} || $opt{'rollback-on-failure'};
        fail("$word FAILED: $reason");
    }
    finish( $name, $number, 1, $opt{description} // ( @old ? 'Upgrade complete' : 'Install complete' ), @old );
    print qq(Release "$name" has been upgraded. Happy Helming!\n) if @old;
    refresh();
    show_status( last_or_fail($name) );
}

# What --atomic does after a failure.
sub undo {
    my ( $name, $word, $reason, @old ) = @_;
    my ($good) = reverse grep { $_->{status} eq 'deployed' } @old;
    delete @opt{qw(stand-in-fail description)};
    refresh();
    if ($good) { roll_back( $name, $good->{revision} ) }
    else       { remove_release($name) }
    my $done = $good ? 'rolled back' : 'uninstalled';
    fail("$word FAILED: release $name failed, and has been $done due to atomic being set: $reason");
}

sub roll_back {
    my ( $name, $to ) = @_;
    my @old    = revisions($name);
    my $last   = last_or_fail($name);
    my $target = $to || ( $last->{revision} - 1 );
    my ($good) = grep { $_->{revision} == $target } @old;
    fail('release: not found') unless $good;
    my $number = $last->{revision} + 1;
    ask( 'put', put_revision( $name, $number, status => 'pending-rollback', chart => $good->{chart}, app_version => $good->{app_version}, updated => time,
            first => $good->{first}, values => $good->{values}, description => "Rollback to $target" ),
        # A pending revision is given up by rolling back.
        ( $last->{status} =~ /^pending-/ ? put_revision( $name, $last->{revision}, status => 'superseded' ) : () ) );
    if ( !carry_out() ) {
        finish( $name, $number, 0, qq(Rollback "$name" failed: context deadline exceeded), @old );
        fail('context deadline exceeded');
    }
    finish( $name, $number, 1, "Rollback to $target", @old );
}

sub remove_release {
    my ($name) = @_;
    my $space = space();
    ask( 'put', map { [ del => $_ ] } "release/$space/$name/", "workload/$space/$name", "served/$space/$name" );
}

sub main {
    my ( $verb, @args ) = options(@ARGV);
    $verb //= 'help';
    if ( $verb eq 'version' ) { print $opt{short} || $opt{template} ? "$HELM\n" : qq(version.BuildInfo{Version:"$HELM", GitCommit:"stand-in", GitTreeState:"clean", GoVersion:"go0.0.0"}\n); return }
    if ( $verb eq 'help' ) { print "stand-in: imitates Helm for a lab of convecthub\n"; return }
    if ( $verb eq 'template' ) { show_template(@args); return }
    ( $api, $token ) = read_kubeconfig( $opt{kubeconfig} // $ENV{KUBECONFIG} // $KUBECONFIG );
    refresh();
    my %verbs = (
        upgrade => \&upgrade, install => sub { $opt{install} = 1; fail('INSTALLATION FAILED: cannot re-use a name that is still in use') if revisions( $_[0] ); upgrade(@_) },
        status => sub { show_status( last_or_fail( $_[0] ) ) }, history => \&show_history, list => \&list_releases, ls => \&list_releases, get => \&get_values,
        rollback => sub { roll_back(@_); print "Rollback was a success! Happy Helming!\n" },
        uninstall => sub {
            my @found = revisions( $_[0] );
            if ( !@found ) { return if $opt{'ignore-not-found'}; fail("uninstall: Release not loaded: $_[0]: release: not found") }
            select undef, undef, undef, $ENV{STAND_IN_FAST} ? 0.1 : 1;
            remove_release( $_[0] );
            print qq(release "$_[0]" uninstalled\n);
        },
    );
    my $run = $verbs{$verb} or fail(qq(unknown command "$verb" for "helm" (stand-in)));
    $run->(@args);
}

$| = 1;
main();
